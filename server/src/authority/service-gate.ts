import { ClientId } from '@signet/shared/vocabulary/identifiers'
import type { Clock } from '../platform/clock.ts'
import { printable } from '../platform/printable.ts'
import type { RequestContext } from '../platform/request-context.ts'
import { SignetError } from '../platform/signet-error.ts'
import type { Principal } from '../principals/index.ts'
import { type BearerVerifier, skewSeconds } from './bearer-verifier.ts'
import type { IdentityCache } from './identity-cache.ts'
import { mintedAt } from './issuance-log.ts'
import type { Issuer } from './issuer.ts'
import type { ResourceApp, ResourceApps } from './resource-apps.ts'
import type { Revocations } from './revocations.ts'
import type { SigningKeys } from './signing-keys.ts'

/** A service of this deployment that takes tokens. */
export type GatedService = 'management' | 'vault' | 'graph'

/** The built-in audiences that mean each service; their further names are known to the registered audiences. */
const audiencesOf: Readonly<Record<GatedService, readonly string[]>> = {
  management: ['https://management.azure.com', 'https://management.core.windows.net'],
  vault: ['https://vault.azure.net'],
  graph: ['https://graph.microsoft.com'],
}

/** Who showed a token that is good right now. */
export interface Caller {
  readonly principal: Principal
  /** Of the token: by it the token log says which credential got it. */
  readonly uti: string
  readonly claims: Readonly<Record<string, unknown>>
}

/** What a principal does at a service, for the audit log. */
export function contextOf(
  { principal }: Caller,
  request: { correlationId: string; ip: string | null },
): RequestContext {
  return { actor: { kind: 'principal', id: principal.objectId, label: principal.displayName }, ...request }
}

/**
 * What a service adds to its refusal of a revoked token, as `claims` of the challenge: clients drop their own cached token and ask
 * for one that is not older than now (wire-protocol §3.6). Spaces at the end, which JSON does not mind, do for padding: some
 * clients split the challenge at every `=`.
 */
export function claimsChallenge(nowMs: number): string {
  const value = String(Math.floor(nowMs / 1_000))
  const text = JSON.stringify({ access_token: { nbf: { essential: true, value } } })
  return Buffer.from(text.padEnd(Math.ceil(text.length / 3) * 3)).toString('base64')
}

const longestToken = 16_384
const tokenForm = /^[\w.~+/=-]+$/
const kidForm = /^[\w-]{27}$/
const utiForm = /^[\w-]{22}$/

interface GateParts {
  readonly verifier: BearerVerifier
  readonly issuer: Issuer
  readonly resources: Pick<ResourceApps, 'find'>
  readonly identities: Pick<IdentityCache, 'find'>
  readonly keys: Pick<SigningKeys, 'wasRevoked'>
  readonly revocations: Pick<Revocations, 'has'>
  readonly clock: Clock
}

/**
 * What each service asks of a token, on every request (SEC-85): that this authority signed it, for this tenant and this service,
 * that its time is now, and that whoever it is for may still use it. Pauses, deletions and revocations count from their commit
 * on, however long the token would live (SEC-45).
 */
export class ServiceGate {
  readonly #parts: GateParts

  constructor(parts: GateParts) {
    this.#parts = parts
  }

  /**
   * @param authorization the header
   * @throws SignetError one of the codes `bearer_…`; `bearer_revoked` for a token that was good once: a client that asks for
   *   another may get one
   */
  async admit(authorization: string | undefined, service: GatedService): Promise<Caller> {
    const read = await this.#genuine(tokenOf(authorization))
    this.#requireAudience(read.claims, service)
    return this.#live(read)
  }

  /**
   * The same of a token that somebody else was shown, for whatever audience is registered.
   *
   * @throws SignetError one of the codes `bearer_…`
   */
  async examine(token: string): Promise<Caller & { app: ResourceApp }> {
    if (token.length > longestToken || !tokenForm.test(token)) throw new SignetError('bearer_invalid')
    const read = await this.#genuine(token)
    const { aud } = read.claims
    const app = typeof aud === 'string' ? this.#parts.resources.find(aud) : undefined
    if (!app) throw new SignetError('bearer_audience_wrong', 'The audience is not registered.')
    return { ...(await this.#live(read)), app }
  }

  /** Its time, and whoever it is for. */
  async #live({ claims, uti }: Omit<Caller, 'principal'>): Promise<Caller> {
    this.#requireTime(claims)
    if (this.#parts.revocations.has(uti)) throw new SignetError('bearer_revoked', 'The token was revoked.')
    const principal = await this.#holderOf(claims)
    if (mintedAt(uti) <= (principal.tokensRevokedAt ?? 0)) {
      throw new SignetError('bearer_revoked', 'The token was issued before the tokens of its identity were revoked.')
    }
    return { principal, uti, claims }
  }

  /** Signature, issuer and tenant. */
  async #genuine(token: string): Promise<Omit<Caller, 'principal'>> {
    const { verifier, keys, issuer } = this.#parts
    const { header, claims, checks } = verifier.verify(token)
    const { kid } = header
    const [signature, ownIssuer] = checks
    if (!signature?.ok) {
      if (typeof kid === 'string' && kidForm.test(kid) && (await keys.wasRevoked(kid))) {
        throw new SignetError('bearer_revoked', 'The key that signed the token was revoked.')
      }
      throw new SignetError('bearer_invalid', `The token is not acceptable: ${signature?.detail ?? 'unsigned'}.`)
    }
    if (header['typ'] !== undefined && header['typ'] !== 'JWT') throw new SignetError('bearer_invalid')
    if (claims['tid'] !== issuer.tenantId)
      throw new SignetError('bearer_tenant_wrong', 'The token is of another tenant.')
    if (!ownIssuer?.ok) {
      const found = printable(String(claims['iss']))
      throw new SignetError('bearer_issuer_wrong', `Expected one of ${issuer.v1}, ${issuer.v2}, found ${found}.`)
    }
    const { uti } = claims
    if (typeof uti !== 'string' || !utiForm.test(uti)) throw new SignetError('bearer_invalid')
    return { claims, uti }
  }

  #requireAudience(claims: Caller['claims'], service: GatedService): void {
    const { aud } = claims
    const [expected = ''] = audiencesOf[service]
    const app = typeof aud === 'string' ? this.#parts.resources.find(aud) : undefined
    if (app?.builtIn && audiencesOf[service].includes(app.uri)) return
    throw new SignetError('bearer_audience_wrong', `Expected ${expected}, found: ${printable(String(aud))}.`)
  }

  #requireTime({ nbf, exp }: Caller['claims']): void {
    const now = this.#parts.clock.now() / 1_000
    if (typeof nbf !== 'number' || typeof exp !== 'number') throw new SignetError('bearer_invalid')
    if (now >= exp) throw new SignetError('bearer_expired', 'The token has expired.')
    if (now < nbf - skewSeconds) throw new SignetError('bearer_expired', 'The token is not valid yet.')
  }

  /** @throws SignetError `bearer_revoked` unless it may act right now */
  async #holderOf(claims: Caller['claims']): Promise<Principal> {
    const clientId = ClientId.safeParse(claims['appid'] ?? claims['azp'])
    if (!clientId.success) throw new SignetError('bearer_invalid')
    const principal = (await this.#parts.identities.find(clientId.data))?.principal
    if (!principal || principal.objectId !== claims['oid']) {
      throw new SignetError('bearer_revoked', 'The identity that the token is for is gone.')
    }
    if (principal.state !== 'enabled') {
      const what = principal.state === 'suspended' ? 'paused' : 'turned off'
      throw new SignetError('bearer_revoked', `The identity that the token is for is ${what}.`)
    }
    return principal
  }
}

/** @throws SignetError `bearer_missing` | `bearer_invalid` */
function tokenOf(authorization: string | undefined): string {
  if (authorization === undefined) throw new SignetError('bearer_missing')
  const [, token] = /^bearer +([\w.~+/=-]+) *$/i.exec(authorization.slice(0, longestToken + 1)) ?? []
  if (token !== undefined && authorization.length <= longestToken) return token
  if (/^bearer(?: |$)/i.test(authorization)) throw new SignetError('bearer_invalid', 'The token cannot be read.')
  throw new SignetError('bearer_missing', 'The request carries no bearer token.')
}
