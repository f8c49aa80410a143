import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Clock } from '../platform/clock.ts'
import { uniquePairs } from '../platform/http/body.ts'
import { apiHeaderList } from '../platform/http/hardening.ts'
import { SignetError } from '../platform/signet-error.ts'
import { type Issuer, requireTenant } from './issuer.ts'
import type { RevocationStatement, Revocations } from './revocations.ts'
import type { SigningKeys } from './signing-keys.ts'

/** A statement is to be replaced by then: whoever cannot get a newer one does not know what is revoked. */
const statementSeconds = 300
/** One signature serves everybody who asks within this time, as long as nothing changes. */
const signedAgainMs = 10_000
const longestWaitSeconds = 20
/** So many may wait at a time; others are answered at once. */
const mostWaiting = 1_000

/** Marks the statement as what it is: it is signed under keys of its own, and is no token of any kind (SEC-84). */
export const statementType = 'revocations+jwt'

interface FeedParts {
  readonly issuer: Issuer
  readonly revocations: Revocations
  /** Made when they are first needed. */
  readonly feedKeys: () => Promise<SigningKeys>
  readonly clock: Clock
}

/**
 * `GET /{tenant}/revocation/v1/epochs`: what is revoked, as a JWT, for services that check tokens by themselves; and its key set.
 * `?known={version}&wait={seconds}` answers when there is something else to say.
 */
export class RevocationFeed {
  readonly #parts: FeedParts
  #signed: Promise<string> | undefined
  #signing = { version: '', at: 0 }
  #waiting = 0

  constructor(parts: FeedParts) {
    this.#parts = parts
  }

  /** @param path lower case, slashes collapsed. @returns whether the path is one of the feed's */
  matches(path: string): boolean {
    return path.endsWith('/revocation/v1/epochs') || path.endsWith('/revocation/v1/keys')
  }

  /** @throws SignetError `tenant_unknown` | `tenant_malformed` | `method_not_allowed` | `invalid_request` */
  async answer(request: IncomingMessage, response: ServerResponse, path: string, query: string): Promise<void> {
    const [, tenant = '', , , what] = path.split('/')
    if (path.split('/').length !== 5) throw new SignetError('not_found', 'The authority has no such address.')
    requireTenant(this.#parts.issuer, tenant)
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('Allow', 'GET, HEAD')
      throw new SignetError('method_not_allowed', 'Use GET here.')
    }
    if (what === 'keys') await this.#sendKeys(request, response)
    else await this.#sendStatement(request, response, askedOf(query))
  }

  async #sendKeys(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const keys = (await this.#parts.feedKeys()).published.map(({ jwk }) => jwk)
    send(request, response, JSON.stringify({ keys }), ['application/json; charset=utf-8', 'public, max-age=3600'])
  }

  async #sendStatement(
    request: IncomingMessage,
    response: ServerResponse,
    { known, waitMs }: { known: string | undefined; waitMs: number },
  ): Promise<void> {
    const { revocations } = this.#parts
    const statement =
      known !== undefined && waitMs > 0 && this.#waiting < mostWaiting
        ? await this.#waited(known, waitMs)
        : await revocations.now()
    const tag = `"${statement.version}"`
    if (waitMs === 0 && request.headers['if-none-match'] === tag) {
      response.writeHead(304, [
        ...apiHeaderList('cross-origin'),
        ...['ETag', tag],
        ...['Cache-Control', 'public, max-age=1'],
      ])
      response.end()
      return
    }
    const text = await this.#sign(statement)
    const kind = ['application/jwt', waitMs === 0 ? 'public, max-age=1' : 'no-store'] as const
    send(request, response, text, kind, ['ETag', tag])
  }

  async #waited(known: string, waitMs: number): Promise<RevocationStatement> {
    this.#waiting += 1
    try {
      return await this.#parts.revocations.after(known, waitMs)
    } finally {
      this.#waiting -= 1
    }
  }

  #sign(statement: RevocationStatement): Promise<string> {
    const at = this.#parts.clock.now()
    const isFresh = this.#signing.version === statement.version && Math.abs(at - this.#signing.at) < signedAgainMs
    if (this.#signed && isFresh) return this.#signed
    this.#signing = { version: statement.version, at }
    const signed = this.#signAnew(statement, at)
    this.#signed = signed
    signed.catch(() => {
      if (this.#signed === signed) this.#signed = undefined
    })
    return signed
  }

  async #signAnew(statement: RevocationStatement, at: number): Promise<string> {
    const { issuer, feedKeys } = this.#parts
    const ring = await feedKeys()
    const iat = Math.floor(at / 1_000)
    const header = { alg: 'RS256', typ: statementType, kid: ring.activeKid }
    const claims = { iss: issuer.v2, iat, exp: iat + statementSeconds, ...statement }
    const input = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
    return `${input}.${await ring.signer(true)(input)}`
  }
}

/** @throws SignetError `invalid_request` */
function askedOf(query: string): { known: string | undefined; waitMs: number } {
  const pairs = uniquePairs(query)
  const wait = pairs.get('wait') ?? '0'
  const known = pairs.get('known')
  if (!/^\d{1,3}$/.test(wait) || Number(wait) > longestWaitSeconds) {
    throw new SignetError('invalid_request', `wait is a number of seconds, ${longestWaitSeconds} at the most.`)
  }
  if (known !== undefined && !/^[\w-]{1,64}$/.test(known)) {
    throw new SignetError('invalid_request', 'known is the version of a statement.')
  }
  return { known, waitMs: Number(wait) * 1_000 }
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  text: string,
  [type, cacheControl]: readonly [string, string],
  more: readonly string[] = [],
): void {
  response.writeHead(200, [
    ...apiHeaderList('cross-origin'),
    ...['Content-Type', type],
    ...['Cache-Control', cacheControl],
    ...['Content-Length', String(Buffer.byteLength(text))],
    ...more,
  ])
  response.end(request.method === 'HEAD' ? undefined : text)
}
