import type { Page, PageQuery } from '@signet/shared/api/paging'
import { type Database, sqlOf } from '../platform/database/database.ts'
import type { AppRoleAssignmentsTable } from '../platform/database/identity-tables.ts'
import type { Cursors } from '../platform/database/paging.ts'
import type { Tx } from '../platform/transaction.ts'

/** SQL of who has which app role. */
export class AppRolesStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** Of a principal, in the order of their values. */
  async ofPrincipal(principalId: string): Promise<AppRoleAssignmentsTable[]> {
    const rows = await this.#database.read
      .selectFrom('app_role_assignments')
      .selectAll()
      .where('principal_id', '=', principalId)
      .orderBy('role_value')
      .execute()
    return this.#database.rows.allChecked('app_role_assignments', rows)
  }

  async find(id: string, tx: Tx): Promise<AppRoleAssignmentsTable | undefined> {
    const row = await sqlOf(tx).selectFrom('app_role_assignments').selectAll().where('id', '=', id).executeTakeFirst()
    return row && this.#database.rows.checked('app_role_assignments', row)
  }

  /** The assignment of this role to this principal. */
  async same(tx: Tx, of: { principalId: string; audienceId: string; role: string }) {
    const row = await sqlOf(tx)
      .selectFrom('app_role_assignments')
      .selectAll()
      .where('principal_id', '=', of.principalId)
      .where('resource_id', '=', of.audienceId)
      .where('role_value', '=', of.role)
      .executeTakeFirst()
    return row && this.#database.rows.checked('app_role_assignments', row)
  }

  /** Oldest first. */
  async page(cursors: Cursors, audienceId: string, query: PageQuery): Promise<Page<AppRoleAssignmentsTable>> {
    const list = `roles of ${audienceId}`
    const [after] = cursors.read(list, query.cursor) ?? []
    let found = this.#database.read.selectFrom('app_role_assignments').selectAll().where('resource_id', '=', audienceId)
    if (after !== undefined) found = found.where('id', '>', after)
    const rows = await found
      .orderBy('id')
      .limit(query.limit + 1)
      .execute()
    this.#database.rows.allChecked('app_role_assignments', rows)
    return cursors.page(rows, { list, limit: query.limit, keyOf: (row) => [row.id], map: (row) => row })
  }

  /** How many each of these audiences has; one without any is left out. */
  async countsOf(audienceIds: readonly string[]): Promise<Map<string, number>> {
    if (audienceIds.length === 0) return new Map()
    const rows = await this.#database.read
      .selectFrom('app_role_assignments')
      .select((eb) => ['resource_id', eb.fn.countAll<number>().as('count')])
      .where('resource_id', 'in', audienceIds)
      .groupBy('resource_id')
      .execute()
    return new Map(rows.map((row) => [row.resource_id, row.count]))
  }

  /** Which roles of an audience somebody has. */
  async assignedRoles(tx: Tx, audienceId: string): Promise<string[]> {
    const rows = await sqlOf(tx)
      .selectFrom('app_role_assignments')
      .select('role_value')
      .distinct()
      .where('resource_id', '=', audienceId)
      .execute()
    return rows.map((row) => row.role_value)
  }

  async insert(tx: Tx, row: AppRoleAssignmentsTable): Promise<void> {
    await sqlOf(tx).insertInto('app_role_assignments').values(row).execute()
  }

  async remove(tx: Tx, id: string): Promise<void> {
    await sqlOf(tx).deleteFrom('app_role_assignments').where('id', '=', id).execute()
  }

  async removeOfPrincipal(tx: Tx, principalId: string): Promise<void> {
    await sqlOf(tx).deleteFrom('app_role_assignments').where('principal_id', '=', principalId).execute()
  }
}
