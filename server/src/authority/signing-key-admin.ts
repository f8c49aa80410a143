import type { KeyBlastRadius, SigningKey } from '@signet/shared/api/signing-keys'
import { dayMs } from '@signet/shared/vocabulary/time'
import type { Clock } from '../platform/clock.ts'
import type { Database } from '../platform/database/database.ts'
import type { RequestContext } from '../platform/request-context.ts'
import { SignetError } from '../platform/signet-error.ts'
import { needOf } from './signing-key-schedule.ts'
import { type KeyScope, keyScopes, type SigningKeys } from './signing-keys.ts'
import { type SigningKeyRow, SigningKeysStore } from './signing-keys-store.ts'
import type { TokenActivityStore } from './token-activity-store.ts'

interface SigningKeyAdminParts {
  readonly database: Database
  readonly clock: Clock
  /** Made when they are first needed. */
  readonly rings: Readonly<Record<KeyScope, () => Promise<SigningKeys>>>
  readonly activity: Pick<TokenActivityStore, 'liveByKey'>
  /** Told when tokens that are out were put an end to; awaited before the act is answered. */
  readonly onRevoked: () => Promise<void>
}

/** Keys that left the key set are shown for so long. */
const shownMs = 30 * dayMs
const nothingLive: KeyBlastRadius = { tokens: 0, principals: 0, audiences: 0, until: null }

/** What operators do to signing keys, which roll by themselves otherwise; each act says first what it puts an end to. */
export class SigningKeyAdmin {
  readonly #parts: SigningKeyAdminParts
  readonly #store: SigningKeysStore

  constructor(parts: SigningKeyAdminParts) {
    this.#parts = parts
    this.#store = new SigningKeysStore(parts.database)
  }

  /** The newest first. */
  async list(): Promise<SigningKey[]> {
    const { activity, clock } = this.#parts
    const live = await activity.liveByKey()
    const rows = await this.#store.known(clock.now() - shownMs)
    return rows.map((row) => shown(row, live.get(row.kid)))
  }

  /**
   * One act (SEC-89): the key is revoked and the next one signs. When this resolves, tokens under it are refused here, the
   * key set is without it, and connected agents have been told to drop what they cached.
   *
   * @throws SignetError `not_found` | `conflict` when it is not the key that signs
   */
  async rotateNow(
    context: RequestContext,
    kid: string,
    reason: string | undefined,
  ): Promise<{ revoked: SigningKey; active: SigningKey }> {
    const keys = await this.#ring(kid)
    await keys.revokeActive(context, kid, reason)
    await this.#parts.onRevoked()
    const live = await this.#parts.activity.liveByKey()
    const show = async (one: string) => shown(await this.#require(one), live.get(one))
    return { revoked: await show(kid), active: await show(keys.activeKid) }
  }

  /**
   * @throws SignetError `not_found`; `conflict` for the key that signs, for one that is held, and without force for one
   * that tokens or caches still need (SEC-88)
   */
  async remove(
    context: RequestContext,
    kid: string,
    { force, reason }: { force: boolean; reason: string | undefined },
  ): Promise<SigningKey> {
    const { activity, clock } = this.#parts
    const keys = await this.#ring(kid)
    const live = (await activity.liveByKey()).get(kid) ?? nothingLive
    const row = await this.#require(kid)
    const need = needOf(row, live, clock.now())
    const isForced = need !== undefined && force
    const refuse = (current: SigningKeyRow) => {
      if (current.held === 1) throw new SignetError('conflict', 'The key is held back.', { fix: 'Release it first.' })
      if (need === undefined || force) return
      throw new SignetError('conflict', need, { fix: 'Wait until nothing needs it, or force its removal.' })
    }
    await keys.remove(context, kid, { to: isForced ? 'revoked' : 'retired', reason, refuse })
    if (isForced) await this.#parts.onRevoked()
    return this.#show(kid)
  }

  /** @throws SignetError `not_found` */
  async hold(
    context: RequestContext,
    kid: string,
    wish: { held: boolean; reason: string | undefined },
  ): Promise<SigningKey> {
    await (await this.#ring(kid)).hold(context, kid, wish.held, wish.reason)
    return this.#show(kid)
  }

  /** What a key is, in use or not; null for one that never was. */
  async find(kid: string): Promise<Pick<SigningKey, 'kid' | 'state' | 'activateAt' | 'retireAt'> | null> {
    const row = await this.#store.find(kid)
    return row ? { kid, state: row.state, activateAt: row.activate_at, retireAt: row.retire_at } : null
  }

  async #ring(kid: string): Promise<SigningKeys> {
    const row = await this.#require(kid)
    return this.#parts.rings[scopeOf(row)]()
  }

  async #require(kid: string): Promise<SigningKeyRow> {
    const row = await this.#store.find(kid)
    if (!row) throw new SignetError('not_found', 'There is no such signing key.')
    return row
  }

  async #show(kid: string): Promise<SigningKey> {
    return shown(await this.#require(kid), (await this.#parts.activity.liveByKey()).get(kid))
  }
}

const purposes = {
  [keyScopes.tokens]: 'tokens',
  [keyScopes.tokenFiles]: 'token_files',
  [keyScopes.revocations]: 'revocations',
} as const satisfies Record<KeyScope, SigningKey['purpose']>

function scopeOf({ issuer_scope: scope }: SigningKeyRow): KeyScope {
  return Object.values(keyScopes).find((one) => one === scope) ?? keyScopes.tokens
}

function shown(row: SigningKeyRow, live: KeyBlastRadius = nothingLive): SigningKey {
  return {
    kid: row.kid,
    purpose: purposes[scopeOf(row)],
    state: row.state,
    createdAt: row.created_at,
    activateAt: row.activate_at,
    retiringAt: row.retiring_at,
    retireAt: row.retire_at,
    held: row.held === 1,
    live,
  }
}
