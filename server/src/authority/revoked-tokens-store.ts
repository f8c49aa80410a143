import { type Database, sqlOf } from '../platform/database/database.ts'
import type { RevokedTokensTable } from '../platform/database/identity-tables.ts'
import type { Tx } from '../platform/transaction.ts'

/** SQL of tokens that were taken back one by one. */
export class RevokedTokensStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** Those that would still be good. */
  live(now: number): Promise<RevokedTokensTable[]> {
    return this.#database.read.selectFrom('revoked_tokens').selectAll().where('expires_at', '>', now).execute()
  }

  /** @returns whether it was not there before; those that have ended since leave with it */
  async insert(tx: Tx, row: RevokedTokensTable): Promise<boolean> {
    await sqlOf(tx).deleteFrom('revoked_tokens').where('expires_at', '<=', row.revoked_at).execute()
    const result = await sqlOf(tx)
      .insertInto('revoked_tokens')
      .values(row)
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirst()
    return (result.numInsertedOrUpdatedRows ?? 0n) > 0n
  }
}
