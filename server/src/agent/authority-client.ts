import type { IncomingHttpHeaders } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { secondMs } from '@signet/shared/vocabulary/time'
import { aadstsMeaningOf, aadstsNumberIn } from '@signet/shared/wire/aadsts'
import { z } from 'zod'
import { randomShare } from '../platform/identifiers.ts'
import { Secret } from '../platform/secret.ts'
import { SignetError } from '../platform/signet-error.ts'
import type { IssuedToken } from './token-answer.ts'

const timeoutMs = 10 * secondMs
const mostAnswerBytes = 65_536

const TokenResponse = z.object({
  access_token: z.string().min(1),
  expires_in: z.coerce.number().int().positive(),
  token_type: z.string().regex(/^bearer$/i),
})
const OAuthError = z.object({ error: z.string(), error_description: z.string().default('') })

interface Exchange {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
}

/** An answer of the authority, with what the trace of a test shows of it. */
export class AuthorityAnswer {
  readonly status: number
  readonly text: string
  readonly #exchange: Exchange

  constructor(exchange: Exchange) {
    this.status = exchange.status
    this.text = exchange.text
    this.#exchange = exchange
  }

  /** @throws SignetError what a refusal means to the caller of a local endpoint */
  token(): IssuedToken {
    const { status, text } = this.#exchange
    const body = jsonOf(text)
    if (status !== 200) throw refusalOf(this.#exchange, OAuthError.safeParse(body).data)
    const parsed = TokenResponse.safeParse(body).data
    if (!parsed)
      throw new SignetError('authority_unreachable', 'The authority answered in an unknown form.', {
        retryAfterSeconds: 5,
      })
    return { accessToken: new Secret(parsed.access_token), expiresInSeconds: parsed.expires_in }
  }
}

/** Asks the authority for tokens, over TLS that trusts the pinned CA and what the server said besides, and no other. */
export class AuthorityClient {
  readonly #pinned: string
  #trusted: string
  #agent: HttpsAgent

  /** @param pinned PEM of the CA of enrolment */
  constructor(pinned: string) {
    this.#pinned = pinned
    this.#trusted = pinned
    this.#agent = agentTrusting(pinned)
  }

  /** PEM of all CAs that are trusted. */
  get trusted(): string {
    return this.#trusted
  }

  /** @param more PEM of what the operator's own certificate is checked by */
  trust(more: string | undefined): void {
    const trusted = `${this.#pinned}${more ?? ''}`
    if (trusted === this.#trusted) return
    this.#trusted = trusted
    const before = this.#agent
    this.#agent = agentTrusting(trusted)
    // Calls under way end on their own connections; idle ones were opened under what held then.
    for (const sockets of Object.values(before.freeSockets)) for (const socket of sockets ?? []) socket.destroy()
  }

  /**
   * @param form made anew for a second attempt: the authority takes an assertion once
   * @throws SignetError `authority_unreachable`
   */
  async post(tokenUrl: string, form: () => Promise<string>, clientRequestId: string): Promise<AuthorityAnswer> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return new AuthorityAnswer(await this.#send(tokenUrl, Buffer.from(await form()), clientRequestId))
      } catch (error) {
        // An idle connection that the other side closed in the instant it was used says nothing about the authority.
        if (attempt === 1 && error instanceof StaleConnection) continue
        const cause = error instanceof StaleConnection ? error.cause : error
        throw new SignetError('authority_unreachable', 'The authority cannot be reached.', {
          cause,
          retryAfterSeconds: retryAfter(),
        })
      }
    }
  }

  close(): void {
    this.#agent.destroy()
  }

  #send(tokenUrl: string, body: Buffer, clientRequestId: string): Promise<Exchange> {
    const signal = AbortSignal.timeout(timeoutMs)
    const headers = {
      accept: 'application/json',
      'content-type': 'application/x-www-form-urlencoded',
      'content-length': body.length,
      'client-request-id': clientRequestId,
      'return-client-request-id': 'true',
    }
    return new Promise((resolve, reject) => {
      const request = httpsRequest(tokenUrl, { method: 'POST', agent: this.#agent, signal, headers }, (response) => {
        const chunks: Buffer[] = []
        let size = 0
        response.on('data', (chunk: Buffer) => {
          size += chunk.length
          if (size > mostAnswerBytes) request.destroy(new Error('the answer of the authority is too large'))
          else chunks.push(chunk)
        })
        response.on('error', reject)
        response.on('end', () => {
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text: Buffer.concat(chunks).toString('utf8'),
          })
        })
      })
      request.on('error', (error) => {
        reject(request.reusedSocket && !signal.aborted ? new StaleConnection('stale', { cause: error }) : error)
      })
      request.end(body)
    })
  }
}

function agentTrusting(ca: string): HttpsAgent {
  return new HttpsAgent({
    ...{ keepAlive: true, ca, minVersion: 'TLSv1.2' },
    ...{ allowPartialTrustChain: true, maxCachedSessions: 0 },
  })
}

class StaleConnection extends Error {}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Seconds, different for each caller, so that those who were turned away do not come back together (SEC-166). */
function retryAfter(headers?: IncomingHttpHeaders): number {
  const given = Number(headers?.['retry-after'] ?? Number.NaN)
  return Number.isInteger(given) && given > 0 ? given : 1 + Math.round(randomShare() * 2)
}

function refusalOf({ status, headers }: Exchange, body: z.infer<typeof OAuthError> | undefined): SignetError {
  if (status === 429) {
    return new SignetError('too_many_requests', 'The authority is busy.', { retryAfterSeconds: retryAfter(headers) })
  }
  if (!body || status >= 500) {
    const retryAfterSeconds = retryAfter(headers)
    return new SignetError('authority_unreachable', `The authority answered ${status}.`, { retryAfterSeconds })
  }
  const said = body.error_description.slice(0, 1_500) || body.error
  if (body.error === 'invalid_resource') return new SignetError('resource_unknown', said)
  if (body.error === 'invalid_scope') return new SignetError('scope_malformed', said)
  // Its name in OAuth, invalid_grant, says nothing of the resource.
  if (aadstsMeaningOf(aadstsNumberIn(said) ?? 0)?.code === 'role_missing') return new SignetError('role_missing', said)
  return new SignetError('credential_refused', `Failed to retrieve token: ${said}`)
}
