import { secondMs } from '@signet/shared/vocabulary/time'
import { sql } from 'kysely'
import { type Database, sqlOf } from '../platform/database/database.ts'
import type { Tx } from '../platform/transaction.ts'

/** SQL of the instants before which tokens of a principal are refused. */
export class TokenRevocationsStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async revoke(tx: Tx, objectId: string, at: number): Promise<void> {
    await sqlOf(tx)
      .updateTable('principals')
      .set((eb) => ({ tokens_revoked_at: at, updated_at: at, version: eb('version', '+', 1) }))
      .where('object_id', '=', objectId)
      .execute()
  }

  /** A version more, by which agents know that what they keep is old. */
  async touch(tx: Tx, objectId: string, at: number): Promise<void> {
    await sqlOf(tx)
      .updateTable('principals')
      .set((eb) => ({ updated_at: at, version: eb('version', '+', 1) }))
      .where('object_id', '=', objectId)
      .execute()
  }

  /** Of those that are suspended no token is good, whenever it was made: none is made while they are. */
  async since(instant: number, limit: number): Promise<{ objectId: string; at: number }[]> {
    const rows = await this.#database.read
      .selectFrom('principals')
      .select(['object_id', 'suspended_at', 'tokens_revoked_at'])
      .where((where) => where.or([where('tokens_revoked_at', '>', instant), where('suspended_at', '>', instant)]))
      .orderBy(sql`max(ifnull(tokens_revoked_at, 0), ifnull(suspended_at, 0))`, 'desc')
      .orderBy('object_id')
      .limit(limit)
      .execute()
    return rows.map((row) => ({
      objectId: row.object_id,
      at: row.suspended_at === null ? (row.tokens_revoked_at ?? 0) : row.suspended_at + underWayMs,
    }))
  }
}

/** A token whose client was looked at just before it was suspended is made by then. */
const underWayMs = 10 * secondMs
