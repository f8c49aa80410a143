import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Clock } from '../platform/clock.ts'
import { apiHeaderList, apiHeaders } from '../platform/http/hardening.ts'
import { sendJson } from '../platform/http/problem.ts'
import { Counter } from '../platform/metrics.ts'
import type { SampledLog } from '../platform/sampled-log.ts'
import { SignetError } from '../platform/signet-error.ts'
import { answerHeaders, correlationOf, formOf } from './form-endpoint.ts'
import { adfsTenant, type Issuer } from './issuer.ts'
import { oauthError } from './oauth-errors.ts'
import type { IssuedToken, TokenAuthority } from './token-authority.ts'
import type { TraceRecorder } from './traces.ts'

/** From two hours on, clients are told to refresh at half life (wire-protocol §3.4). */
const refreshFromSeconds = 7_200

export interface TokenEndpointParts {
  readonly authority: TokenAuthority
  readonly traces: TraceRecorder
  readonly issuer: Issuer
  readonly clock: Clock
  readonly log: SampledLog
  /** Why no token may be issued to anybody at the moment. */
  readonly refusal?: () => SignetError | undefined
}

/** `POST /{tenant}/oauth2/v2.0/token` and `/{tenant}/oauth2/token`. */
export class TokenEndpoint {
  /** What became of requests since the process began; refusals by code, those of clients that nobody knows too. */
  readonly outcomes = { issued: new Counter('version'), refused: new Counter('code') }
  readonly #parts: TokenEndpointParts

  constructor(parts: TokenEndpointParts) {
    this.#parts = parts
  }

  /** @param path lower case, slashes collapsed. @returns whether the path is a token endpoint */
  matches(path: string): boolean {
    return path.endsWith('/oauth2/v2.0/token') || path.endsWith('/oauth2/token')
  }

  async answer(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    const traceId = randomUUID()
    let given = correlationOf(request.headers['client-request-id'])
    try {
      const form = await formOf(request, this.#parts.issuer, path)
      given ??= correlationOf(form.get('client-request-id'))
      const refusal = this.#parts.refusal?.()
      if (refusal) throw refusal
      const version = versionOf(path, form)
      const token = await this.#issue(request, form, version, given ?? traceId)
      sendToken(response, version === 2 ? v2Body(token) : v1Body(token), traceId, given)
      this.outcomes.issued.add(`v${version}`)
    } catch (thrown) {
      this.outcomes.refused.add(SignetError.from(thrown).code)
      for (const [name, value] of answerHeaders(traceId, given)) response.setHeader(name, value)
      // Who came by that header is told of it when refused (RFC 6749 §5.2).
      if (request.headers.authorization !== undefined) response.setHeader('WWW-Authenticate', 'Basic realm="signet"')
      this.refuse(response, thrown, { traceId, correlationId: given ?? traceId })
    }
  }

  /** @param request.isDocument a document of discovery was asked for */
  refuse(
    response: ServerResponse,
    thrown: unknown,
    request: { traceId: string; correlationId: string; isDocument?: boolean },
  ): void {
    const error = SignetError.from(thrown)
    apiHeaders(response)
    if (error.code === 'internal')
      this.#parts.log.error('token request', { err: thrown, ...request }, 'token request failed')
    const { clock, issuer } = this.#parts
    const { status, body } = oauthError(error, { ...request, authorityUrl: issuer.authorityUrl, nowMs: clock.now() })
    if (error.retryAfterSeconds !== undefined) response.setHeader('Retry-After', String(error.retryAfterSeconds))
    if (status !== 401) response.removeHeader('WWW-Authenticate')
    if (status === 405 && !response.hasHeader('Allow')) response.setHeader('Allow', 'POST')
    sendJson(response, status, body)
  }

  #issue(
    request: IncomingMessage,
    form: ReadonlyMap<string, string>,
    version: 1 | 2,
    correlationId: string,
  ): Promise<IssuedToken> {
    const { authority, traces, clock } = this.#parts
    return authority.issue({
      version,
      form,
      authorization: request.headers.authorization,
      correlationId,
      ip: request.socket.remoteAddress ?? null,
      trace: traces.of(correlationId, () => clock.monotonicMs()),
    })
  }
}

/** Clients of the alias send the fields of v2 to the path of v1 (wire-protocol §3.9). */
function versionOf(path: string, form: ReadonlyMap<string, string>): 1 | 2 {
  if (path.endsWith('/oauth2/v2.0/token')) return 2
  return path.startsWith(`/${adfsTenant}/`) && form.has('scope') ? 2 : 1
}

/** All headers in one go: set one by one they cost more than the body. */
function sendToken(response: ServerResponse, body: object, traceId: string, correlationId: string | undefined): void {
  const text = JSON.stringify(body)
  response.writeHead(200, [
    ...apiHeaderList(),
    ...answerHeaders(traceId, correlationId).flat(),
    ...['Content-Type', 'application/json; charset=utf-8'],
    ...['Content-Length', String(Buffer.byteLength(text))],
  ])
  response.end(text)
}

function v2Body(token: IssuedToken): Record<string, unknown> {
  const { lifetimeSeconds } = token
  return {
    token_type: 'Bearer',
    expires_in: lifetimeSeconds,
    ext_expires_in: lifetimeSeconds,
    ...(lifetimeSeconds >= refreshFromSeconds && { refresh_in: Math.floor(lifetimeSeconds / 2) }),
    access_token: token.accessToken,
  }
}

function v1Body(token: IssuedToken): Record<string, string> {
  const lifetime = String(token.lifetimeSeconds)
  return {
    token_type: 'Bearer',
    expires_in: lifetime,
    ext_expires_in: lifetime,
    expires_on: String(token.expiresOn),
    not_before: String(token.notBefore),
    resource: token.resource,
    access_token: token.accessToken,
  }
}
