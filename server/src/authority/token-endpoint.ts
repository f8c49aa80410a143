import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { z } from 'zod'
import type { Clock } from '../platform/clock.ts'
import { mediaTypeOf, readBody, uniquePairs } from '../platform/http/body.ts'
import { apiHeaders } from '../platform/http/hardening.ts'
import { sendJson } from '../platform/http/problem.ts'
import type { Logger } from '../platform/log.ts'
import { SignetError } from '../platform/signet-error.ts'
import type { Issuer } from './issuer.ts'
import { oauthError } from './oauth-errors.ts'
import type { IssuedToken, TokenAuthority } from './token-authority.ts'
import type { TraceRecorder } from './traces.ts'

const mostBytes = 65_536
/** From two hours on, clients are told to refresh at half life (wire-protocol §3.4). */
const refreshFromSeconds = 7_200
const guid = z.guid()

export interface TokenEndpointParts {
  readonly authority: TokenAuthority
  readonly traces: TraceRecorder
  readonly issuer: Issuer
  readonly clock: Clock
  readonly log: Logger
}

/** `POST /{tenant}/oauth2/v2.0/token` and `/{tenant}/oauth2/token`. */
export class TokenEndpoint {
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
    const correlationId = correlationIdOf(request) ?? traceId
    this.#prepareHeaders(request, response, traceId)
    try {
      const version = path.endsWith('/oauth2/v2.0/token') ? 2 : 1
      const token = await this.#issue(request, path, version, correlationId)
      sendJson(response, 200, version === 2 ? v2Body(token) : v1Body(token))
    } catch (thrown) {
      this.refuse(response, thrown, { traceId, correlationId })
    }
  }

  refuse(response: ServerResponse, thrown: unknown, ids: { traceId: string; correlationId: string }): void {
    const error = SignetError.from(thrown)
    if (error.code === 'internal') this.#parts.log.error({ err: thrown, ...ids }, 'token request failed')
    const { clock, issuer } = this.#parts
    const { status, body } = oauthError(error, { ...ids, authorityUrl: issuer.authorityUrl, nowMs: clock.now() })
    if (error.retryAfterSeconds !== undefined) response.setHeader('Retry-After', String(error.retryAfterSeconds))
    if (status === 405) response.setHeader('Allow', 'POST')
    sendJson(response, status, body)
  }

  async #issue(request: IncomingMessage, path: string, version: 1 | 2, correlationId: string): Promise<IssuedToken> {
    const { authority, issuer, traces, clock } = this.#parts
    if (request.method !== 'POST') throw new SignetError('method_not_allowed', 'Use POST here.')
    const tenant = path.split('/')[1] ?? ''
    if (!issuer.spellings.includes(tenant))
      throw new SignetError('tenant_unknown', 'The tenant of this address was not found.')
    if (mediaTypeOf(request) !== 'application/x-www-form-urlencoded') {
      throw new SignetError('unsupported_media_type', 'The content type must be application/x-www-form-urlencoded.')
    }
    const body = await readBody(request, mostBytes)
    return authority.issue({
      version,
      form: uniquePairs(body.toString('utf8')),
      correlationId,
      ip: request.socket.remoteAddress ?? null,
      trace: traces.of(correlationId, () => clock.monotonicMs()),
    })
  }

  #prepareHeaders(request: IncomingMessage, response: ServerResponse, traceId: string): void {
    apiHeaders(response)
    response.setHeader('Cache-Control', 'no-store, no-cache')
    response.setHeader('Pragma', 'no-cache')
    response.setHeader('x-ms-request-id', traceId)
    const given = correlationIdOf(request)
    if (given) response.setHeader('client-request-id', given)
  }
}

/** The caller's correlation ID when it is a GUID; nothing else is ever echoed (SEC-81). */
function correlationIdOf(request: IncomingMessage): string | undefined {
  const given = request.headers['client-request-id']
  return typeof given === 'string' && guid.safeParse(given).success ? given.toLowerCase() : undefined
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
