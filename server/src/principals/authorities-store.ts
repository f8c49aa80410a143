import { type Database, sqlOf } from '../platform/database/database.ts'
import type { Tx } from '../platform/transaction.ts'
import type { AuthorityRow } from './authority-schedule.ts'

/** SQL of the certificate authorities. */
export class AuthoritiesStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** Those that sign, will sign, or have signed what is still valid; the newest last. */
  async trusted(tx?: Tx): Promise<AuthorityRow[]> {
    const reader = tx ? sqlOf(tx) : this.#database.read
    const rows = await reader
      .selectFrom('certificate_authorities')
      .selectAll()
      .where('state', 'in', ['prepared', 'active', 'retiring'])
      .orderBy('created_at')
      .orderBy('id')
      .execute()
    return this.#database.rows.allChecked('certificate_authorities', rows)
  }

  /** Serial numbers of a CA's certificates that were revoked and would be valid otherwise. */
  async revoked(id: string, now: number): Promise<{ serial: string; at: number }[]> {
    const rows = await this.#database.read
      .selectFrom('credentials')
      .select(['serial', 'revoked_at', 'updated_at'])
      .where('ca_id', '=', id)
      .where('state', '=', 'revoked')
      .where('not_after', '>', now)
      .orderBy('serial')
      .execute()
    return rows.map((row) => ({ serial: row.serial, at: row.revoked_at ?? row.updated_at }))
  }

  async insert(tx: Tx, row: AuthorityRow): Promise<void> {
    await sqlOf(tx).insertInto('certificate_authorities').values(row).execute()
  }

  /** Compare-and-set on the state the caller read. */
  async move(tx: Tx, row: AuthorityRow, to: AuthorityRow['state'], at: number): Promise<boolean> {
    const result = await sqlOf(tx)
      .updateTable('certificate_authorities')
      .set((eb) => ({ state: to, version: eb('version', '+', 1), updated_at: at }))
      .where('id', '=', row.id)
      .where('state', '=', row.state)
      .executeTakeFirst()
    return result.numUpdatedRows === 1n
  }

  /** Never lowers it. @returns whether that CA may still sign */
  async raiseLeavesUntil(tx: Tx, id: string, until: number): Promise<boolean> {
    const result = await sqlOf(tx)
      .updateTable('certificate_authorities')
      .set((eb) => ({ leaves_until: eb.fn('max', ['leaves_until', eb.val(until)]) }))
      .where('id', '=', id)
      .where('state', 'in', ['active', 'retiring'])
      .executeTakeFirst()
    return result.numUpdatedRows === 1n
  }
}
