import type { ObjectId } from '@signet/shared/vocabulary/identifiers'
import type { Clock } from '../platform/clock.ts'
import type { Database } from '../platform/database/database.ts'
import type { RequestContext } from '../platform/request-context.ts'
import { SignetError } from '../platform/signet-error.ts'
import type { Tx } from '../platform/transaction.ts'
import type { Principal } from './principal.ts'
import type { PrincipalRegistry } from './registry.ts'
import { TokenRevocationsStore } from './token-revocations-store.ts'

/** From when on the tokens of each principal count. */
export class TokenRevocations {
  readonly #store: TokenRevocationsStore
  readonly #parts: { database: Database; registry: Pick<PrincipalRegistry, 'require' | 'withdraw'>; clock: Clock }

  constructor(parts: { database: Database; registry: Pick<PrincipalRegistry, 'require' | 'withdraw'>; clock: Clock }) {
    this.#parts = parts
    this.#store = new TokenRevocationsStore(parts.database)
  }

  /**
   * Every token that it has so far is refused; it may get others. The caller records the act.
   *
   * @throws SignetError `not_found` | `conflict` for one that is turned off
   */
  async revokeAll(tx: Tx, context: RequestContext, objectId: ObjectId): Promise<Principal> {
    const { database, registry, clock } = this.#parts
    const { state } = await registry.require(objectId, tx)
    if (state === 'deleted') throw new SignetError('conflict', 'It is turned off: its tokens are refused as it is.')
    await this.#store.revoke(tx, objectId, clock.now())
    await database.changed(tx, { kind: 'principal', id: objectId })
    await registry.withdraw(tx, context, { objectId, act: 'revoke' })
    return registry.require(objectId, tx)
  }

  /** Agents give up the tokens that they keep for it, and ask for others. The caller records the act. */
  async renew(tx: Tx, context: RequestContext, objectId: ObjectId): Promise<void> {
    const { database, registry, clock } = this.#parts
    await this.#store.touch(tx, objectId, clock.now())
    await database.changed(tx, { kind: 'principal', id: objectId })
    await registry.withdraw(tx, context, { objectId, act: 'revoke' })
  }

  /** Whose tokens were revoked, or who was suspended, after an instant, with the instant up to which tokens count no more; the newest first. */
  since(instant: number, limit: number): Promise<{ objectId: string; at: number }[]> {
    return this.#store.since(instant, limit)
  }
}
