import type { Tx } from '../transaction.ts'
import { type Database, sqlOf } from './database.ts'
import type { FailureCountersTable } from './schema.ts'

/** SQL of the counters that slow down who keeps failing. */
export class FailureCountersStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  find(scope: string, key: string, tx?: Tx): Promise<FailureCountersTable | undefined> {
    const reader = tx ? sqlOf(tx) : this.#database.read
    return reader
      .selectFrom('failure_counters')
      .selectAll()
      .where('scope', '=', scope)
      .where('key', '=', key)
      .executeTakeFirst()
  }

  /** @returns how many there are now */
  async add(tx: Tx, scope: string, key: string, now: number): Promise<number> {
    const row = await sqlOf(tx)
      .insertInto('failure_counters')
      .values({ scope, key, failures: 1, last_at: now })
      .onConflict((conflict) =>
        conflict
          .columns(['scope', 'key'])
          .doUpdateSet((eb) => ({ failures: eb('failure_counters.failures', '+', 1), last_at: now })),
      )
      .returning('failures')
      .executeTakeFirstOrThrow()
    return row.failures
  }

  async forgetBefore(tx: Tx, scope: string, at: number): Promise<void> {
    await sqlOf(tx).deleteFrom('failure_counters').where('scope', '=', scope).where('last_at', '<=', at).execute()
  }

  async forgetScope(tx: Tx, scope: string): Promise<void> {
    await sqlOf(tx).deleteFrom('failure_counters').where('scope', '=', scope).execute()
  }
}
