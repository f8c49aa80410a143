import type { RoleAssignmentsTable } from '../platform/database/authorization-tables.ts'
import { type Database, sqlOf } from '../platform/database/database.ts'
import type { Tx } from '../platform/transaction.ts'

/** SQL of who has which role where. */
export class RoleAssignmentsStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** Every one, in the order of their IDs. */
  async all(): Promise<RoleAssignmentsTable[]> {
    const rows = await this.#database.read.selectFrom('role_assignments').selectAll().orderBy('id').execute()
    return this.#database.rows.allChecked('role_assignments', rows)
  }

  async find(id: string, tx?: Tx): Promise<RoleAssignmentsTable | undefined> {
    const reader = tx ? sqlOf(tx) : this.#database.read
    const row = await reader.selectFrom('role_assignments').selectAll().where('id', '=', id).executeTakeFirst()
    return row && this.#database.rows.checked('role_assignments', row)
  }

  /** @returns false when the principal has the role at that scope, or the ID is taken */
  async insert(tx: Tx, row: RoleAssignmentsTable): Promise<boolean> {
    const result = await sqlOf(tx)
      .insertInto('role_assignments')
      .values(row)
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirst()
    return (result.numInsertedOrUpdatedRows ?? 0n) === 1n
  }

  /** Never back in time; one that was removed meanwhile is passed over. */
  async recordUse(tx: Tx, id: string, at: number): Promise<void> {
    await sqlOf(tx)
      .updateTable('role_assignments')
      .set({ last_used_at: at })
      .where('id', '=', id)
      .where((eb) => eb.or([eb('last_used_at', 'is', null), eb('last_used_at', '<', at)]))
      .execute()
  }

  async remove(tx: Tx, id: string): Promise<void> {
    await sqlOf(tx).deleteFrom('role_assignments').where('id', '=', id).execute()
  }

  /** @returns the IDs of those that went */
  async removeOfPrincipal(tx: Tx, principalId: string): Promise<string[]> {
    const rows = await sqlOf(tx)
      .deleteFrom('role_assignments')
      .where('principal_id', '=', principalId)
      .returning('id')
      .execute()
    return rows.map((row) => row.id)
  }

  /** Those at a scope and below it. @returns the IDs of those that went */
  async removeUnder(tx: Tx, scopeKey: string): Promise<string[]> {
    const rows = await sqlOf(tx)
      .deleteFrom('role_assignments')
      .where((eb) =>
        eb.or([
          eb('scope_key', '=', scopeKey),
          eb.and([eb('scope_key', '>', `${scopeKey}/`), eb('scope_key', '<', `${scopeKey}0`)]),
        ]),
      )
      .returning('id')
      .execute()
    return rows.map((row) => row.id)
  }

  async isAssigned(tx: Tx, roleId: string): Promise<boolean> {
    const row = await sqlOf(tx)
      .selectFrom('role_assignments')
      .select('id')
      .where('role_id', '=', roleId)
      .limit(1)
      .executeTakeFirst()
    return row !== undefined
  }
}
