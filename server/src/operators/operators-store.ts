import { type Database, sqlOf } from '../platform/database/database.ts'
import type { OneTimeCodesTable, OperatorSessionsTable, OperatorsTable } from '../platform/database/schema.ts'
import type { Tx } from '../platform/transaction.ts'

export type SessionWithOperator = OperatorSessionsTable & Pick<OperatorsTable, 'display_name' | 'role' | 'state'>

/** SQL of operators, their one-time codes and their sessions. */
export class OperatorsStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async insertOperator(tx: Tx, row: OperatorsTable): Promise<void> {
    await sqlOf(tx).insertInto('operators').values(row).execute()
  }

  async firstAdmin(tx?: Tx): Promise<OperatorsTable | undefined> {
    const reader = tx ? sqlOf(tx) : this.#database.read
    const row = await reader
      .selectFrom('operators')
      .selectAll()
      .where('role', '=', 'admin')
      .where('state', '=', 'active')
      .orderBy('created_at')
      .executeTakeFirst()
    return row && this.#database.rows.checked('operators', row)
  }

  async operator(id: string, tx?: Tx): Promise<OperatorsTable | undefined> {
    const reader = tx ? sqlOf(tx) : this.#database.read
    const row = await reader.selectFrom('operators').selectAll().where('id', '=', id).executeTakeFirst()
    return row && this.#database.rows.checked('operators', row)
  }

  /** A new code of a purpose takes the place of the ones before it. */
  async replaceCode(tx: Tx, row: OneTimeCodesTable): Promise<void> {
    await sqlOf(tx).deleteFrom('one_time_codes').where('purpose', '=', row.purpose).execute()
    await sqlOf(tx).insertInto('one_time_codes').values(row).execute()
  }

  /** One conditional update: a code is spent once, however many try at once. */
  async spendCode(tx: Tx, hash: string, now: number): Promise<OneTimeCodesTable | undefined> {
    return sqlOf(tx)
      .updateTable('one_time_codes')
      .set({ spent_at: now })
      .where('code_sha256', '=', hash)
      .where('spent_at', 'is', null)
      .where('expires_at', '>', now)
      .returningAll()
      .executeTakeFirst()
  }

  async insertSession(tx: Tx, row: OperatorSessionsTable): Promise<void> {
    await sqlOf(tx).insertInto('operator_sessions').values(row).execute()
  }

  async session(idSha256: string, tx?: Tx): Promise<SessionWithOperator | undefined> {
    const row = await this.#notEnded(tx).where('operator_sessions.id_sha256', '=', idSha256).executeTakeFirst()
    // Whose it is decides what it may do, so that row is looked at as a whole.
    if (row) await this.operator(row.operator_id, tx)
    return row
  }

  /** Sessions of an operator that are neither over at `now` nor ended, the last used first. */
  openSessions(operatorId: string, now: number, tx?: Tx): Promise<SessionWithOperator[]> {
    return this.#notEnded(tx)
      .where('operator_sessions.operator_id', '=', operatorId)
      .where('operator_sessions.idle_expires_at', '>', now)
      .where('operator_sessions.absolute_expires_at', '>', now)
      .orderBy('operator_sessions.last_seen_at', 'desc')
      .orderBy('operator_sessions.created_at', 'desc')
      .orderBy('operator_sessions.id_sha256')
      .execute()
  }

  async updateSession(
    tx: Tx,
    idSha256: string,
    change: Partial<Pick<OperatorSessionsTable, 'idle_expires_at' | 'last_seen_at' | 'step_up_at' | 'revoked_at'>>,
  ): Promise<void> {
    await sqlOf(tx).updateTable('operator_sessions').set(change).where('id_sha256', '=', idSha256).execute()
  }

  /** Sessions with whose they are; some may be over by their time. */
  #notEnded(tx?: Tx) {
    const reader = tx ? sqlOf(tx) : this.#database.read
    return reader
      .selectFrom('operator_sessions')
      .innerJoin('operators', 'operators.id', 'operator_sessions.operator_id')
      .selectAll('operator_sessions')
      .select(['operators.display_name', 'operators.role', 'operators.state'])
      .where('operator_sessions.revoked_at', 'is', null)
  }
}
