import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { apiHeaders } from '../platform/http/hardening.ts'
import { sendJson } from '../platform/http/problem.ts'
import { Counter } from '../platform/metrics.ts'
import { SignetError } from '../platform/signet-error.ts'
import { missing } from './client-credentials.ts'
import { answerHeaders, correlationOf, formOf } from './form-endpoint.ts'
import type { Introspection } from './introspection.ts'
import type { Issuer } from './issuer.ts'
import type { TokenEndpoint } from './token-endpoint.ts'

export interface IntrospectionParts {
  readonly introspection: Introspection
  readonly issuer: Issuer
  /** Renders refusals, in the words of the token endpoint. */
  readonly token: Pick<TokenEndpoint, 'refuse'>
  /** Why nothing may be said to anybody at the moment. */
  readonly refusal?: () => SignetError | undefined
}

/**
 * `POST /{tenant}/oauth2/v2.0/introspect` (RFC 7662). Callers authenticate as at the token endpoint; a bearer token is no way in.
 * Calls are counted and not audited one by one: they change nothing and tell a service of its own tokens.
 */
export class IntrospectionEndpoint {
  /** What was answered since the process began. */
  readonly outcomes = { answered: new Counter('active'), refused: new Counter('code') }
  readonly #parts: IntrospectionParts

  constructor(parts: IntrospectionParts) {
    this.#parts = parts
  }

  /** @param path lower case, slashes collapsed. @returns whether the path is this endpoint */
  matches(path: string): boolean {
    return path.endsWith('/oauth2/v2.0/introspect')
  }

  async answer(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    const { introspection, issuer, token: tokenEndpoint, refusal } = this.#parts
    const traceId = randomUUID()
    const given = correlationOf(request.headers['client-request-id'])
    const correlationId = given ?? traceId
    try {
      const form = await formOf(request, issuer, path)
      const why = refusal?.()
      if (why) throw why
      const { authorization } = request.headers
      const asked = { form, authorization, correlationId, ip: request.socket.remoteAddress ?? null }
      const token = form.get('token')
      if (!token) throw missing('token')
      const answer = await introspection.examine(asked, token)
      apiHeaders(response)
      for (const [name, value] of answerHeaders(traceId, given)) response.setHeader(name, value)
      sendJson(response, 200, answer)
      this.outcomes.answered.add(String(answer.active))
    } catch (thrown) {
      this.outcomes.refused.add(SignetError.from(thrown).code)
      for (const [name, value] of answerHeaders(traceId, given)) response.setHeader(name, value)
      response.setHeader('WWW-Authenticate', 'Basic realm="signet"')
      tokenEndpoint.refuse(response, thrown, { traceId, correlationId })
    }
  }
}
