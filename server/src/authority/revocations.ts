import { createHash } from 'node:crypto'
import { ObjectId } from '@signet/shared/vocabulary/identifiers'
import { dayMs } from '@signet/shared/vocabulary/time'
import type { AuditLog } from '../audit/index.ts'
import type { Clock } from '../platform/clock.ts'
import type { Database } from '../platform/database/database.ts'
import type { RequestContext } from '../platform/request-context.ts'
import { SignetError } from '../platform/signet-error.ts'
import type { Principal, TokenRevocations } from '../principals/index.ts'
import type { IssuanceLog } from './issuance-log.ts'
import { RevokedTokensStore } from './revoked-tokens-store.ts'
import { SigningKeysStore } from './signing-keys-store.ts'

/** What is revoked at an instant; nothing older is in it than tokens live. */
export interface RevocationStatement {
  /** Names this content: two statements of one version say the same. */
  readonly version: string
  /** Tokens of anybody from before this instant (epoch milliseconds) are refused; 0 for none. */
  readonly everyone: number
  /** By object ID: tokens from before that instant (epoch milliseconds) are refused. */
  readonly identities: Readonly<Record<string, number>>
  /** By `uti`, when the token ends by itself (epoch milliseconds). */
  readonly tokens: Readonly<Record<string, number>>
  /** Signing keys that are no longer trusted, by `kid`. */
  readonly keys: readonly string[]
}

interface RevocationsParts {
  readonly database: Database
  readonly audit: AuditLog
  readonly clock: Clock
  readonly principals: Pick<TokenRevocations, 'since' | 'revokeAll' | 'renew'>
  readonly log: Pick<IssuanceLog, 'byUti'>
  readonly tenantId: string
}

const longestTokenMs = dayMs
/** More identities than these are not named one by one: everybody's tokens from before the oldest of them end instead. */
const mostNamed = 10_000
/** Changes that come together wake those who wait once. */
const gatheredMs = 50

/**
 * Tokens that were taken back before their end: one by one, by their identity, or with the key that signed them. What services
 * of this deployment ask is answered from memory; those elsewhere are told by the feed.
 */
export class Revocations {
  readonly #parts: RevocationsParts
  readonly #store: RevokedTokensStore
  readonly #keys: SigningKeysStore
  /** By `uti`, when it ends. */
  readonly #tokens: Map<string, number>
  #statement: Promise<RevocationStatement> | undefined
  readonly #waiting = new Set<() => void>()
  #isWaking = false
  #isClosed = false

  private constructor(parts: RevocationsParts, tokens: Map<string, number>) {
    this.#parts = parts
    this.#store = new RevokedTokensStore(parts.database)
    this.#keys = new SigningKeysStore(parts.database)
    this.#tokens = tokens
  }

  static async open(parts: RevocationsParts): Promise<Revocations> {
    const rows = await new RevokedTokensStore(parts.database).live(parts.clock.now())
    return new Revocations(parts, new Map(rows.map(({ uti, expires_at }) => [uti, expires_at])))
  }

  has(uti: string): boolean {
    return this.#tokens.has(uti)
  }

  /**
   * Takes one token back; repeating it changes nothing.
   *
   * @returns whose it is, and when it would have ended (epoch milliseconds)
   * @throws SignetError `not_found` for what is no token of the log | `conflict` for one that has ended
   */
  async revokeToken(
    context: RequestContext,
    uti: string,
    reason: string | undefined,
  ): Promise<{ principalId: ObjectId; until: number }> {
    const { database, audit, clock, log, principals, tenantId } = this.#parts
    const token = log.byUti(uti)
    if (!token?.expiresAt) throw new SignetError('not_found', 'The token log holds no token of that uti.')
    const [now, until] = [clock.now(), token.expiresAt]
    if (until <= now) throw new SignetError('conflict', 'The token has ended already.')
    const principalId = ObjectId.parse(token.principalId)
    await database.transact(async (tx) => {
      const row = { uti, tenant_id: tenantId, principal_id: principalId, expires_at: until, revoked_at: now }
      if (!(await this.#store.insert(tx, row))) return
      await audit.append(tx, context, {
        action: 'token.revoked',
        target: { kind: 'token', id: uti, label: uti },
        ...(reason && { reason }),
        after: { principalId, audience: token.audience, until },
      })
      // The agent may have it in its cache, where no client that is refused could get past it.
      await principals.renew(tx, context, principalId)
    })
    for (const [known, end] of this.#tokens) if (end <= now) this.#tokens.delete(known)
    this.#tokens.set(uti, until)
    this.changed()
    return { principalId, until }
  }

  /** Takes back every token that a principal has; it may ask for others. @throws SignetError `not_found` | `conflict` */
  async revokeAll(context: RequestContext, principalId: ObjectId, reason: string | undefined): Promise<number> {
    const { database, audit, principals } = this.#parts
    const before = await database.transact(async (tx) => {
      const principal = await principals.revokeAll(tx, context, principalId)
      await audit.append(tx, context, {
        action: 'tokens.revoked',
        target: { kind: targetKindOf(principal), id: principalId, label: principal.displayName },
        ...(reason && { reason }),
        after: { principalId, before: principal.tokensRevokedAt },
      })
      return principal.tokensRevokedAt ?? 0
    })
    this.changed()
    return before
  }

  /** How many wait for news. */
  get waiting(): number {
    return this.#waiting.size
  }

  /** Something was paused, turned off or revoked; called in the turn of its commit. */
  changed(): void {
    this.#statement = undefined
    if (this.#isWaking || this.#waiting.size === 0) return
    this.#isWaking = true
    this.#parts.clock.after(gatheredMs, () => this.#wake())
  }

  /** What is revoked now. */
  now(): Promise<RevocationStatement> {
    this.#statement ??= this.#read()
    return this.#statement
  }

  /** What is revoked as soon as it is no longer `known`, or after `waitMs` as it is then. */
  async after(known: string, waitMs: number): Promise<RevocationStatement> {
    const { clock } = this.#parts
    const end = clock.monotonicMs() + waitMs
    for (;;) {
      const statement = await this.now()
      const left = end - clock.monotonicMs()
      if (statement.version !== known || left <= 0 || this.#isClosed) return statement
      await this.#change(left)
    }
  }

  /** Whoever waits is answered now, and nobody waits any more. */
  close(): void {
    this.#isClosed = true
    this.#wake()
  }

  #change(mostMs: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        timer.cancel()
        this.#waiting.delete(done)
        resolve()
      }
      const timer = this.#parts.clock.after(mostMs, done)
      this.#waiting.add(done)
    })
  }

  #wake(): void {
    this.#isWaking = false
    for (const done of [...this.#waiting]) done()
  }

  async #read(): Promise<RevocationStatement> {
    const { clock, principals } = this.#parts
    const since = clock.now() - longestTokenMs
    const revoked = await principals.since(since, mostNamed + 1)
    const content = {
      everyone: revoked[mostNamed]?.at ?? 0,
      identities: Object.fromEntries(revoked.slice(0, mostNamed).map(({ objectId, at }) => [objectId, at])),
      tokens: Object.fromEntries([...this.#tokens].filter(([, end]) => end > clock.now())),
      keys: await this.#keys.revokedSince(since),
    }
    const version = createHash('sha256').update(JSON.stringify(content)).digest('base64url').slice(0, 22)
    return { version, ...content }
  }
}

function targetKindOf({ kind }: Principal): string {
  return kind === 'app' ? 'application' : 'identity'
}
