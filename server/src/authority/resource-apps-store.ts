import { type Database, sqlOf } from '../platform/database/database.ts'
import type { ResourceAppsTable } from '../platform/database/identity-tables.ts'
import type { Tx } from '../platform/transaction.ts'

/** What can change about an audience. */
export type ResourceAppChange = Partial<
  Pick<
    ResourceAppsTable,
    | 'display_name'
    | 'token_version'
    | 'token_ttl_s'
    | 'assignment_required'
    | 'client_capabilities'
    | 'app_roles'
    | 'state'
  >
>

/** SQL of registered audiences. */
export class ResourceAppsStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async all(): Promise<ResourceAppsTable[]> {
    const rows = await this.#database.read.selectFrom('resource_apps').selectAll().orderBy('identifier_uri').execute()
    return this.#database.rows.allChecked('resource_apps', rows)
  }

  async find(id: string, tx?: Tx): Promise<ResourceAppsTable | undefined> {
    const reader = tx ? sqlOf(tx) : this.#database.read
    const row = await reader.selectFrom('resource_apps').selectAll().where('id', '=', id).executeTakeFirst()
    return row && this.#database.rows.checked('resource_apps', row)
  }

  /** @returns false when there is one of that URI */
  async insertIfMissing(tx: Tx, row: ResourceAppsTable): Promise<boolean> {
    const result = await sqlOf(tx)
      .insertInto('resource_apps')
      .values(row)
      .onConflict((conflict) => conflict.column('uri_key').doNothing())
      .executeTakeFirst()
    return (result.numInsertedOrUpdatedRows ?? 0n) === 1n
  }

  /** Compare-and-set on the version the caller read. */
  async update(tx: Tx, row: ResourceAppsTable, change: ResourceAppChange & { updated_at: number }): Promise<boolean> {
    const result = await sqlOf(tx)
      .updateTable('resource_apps')
      .set({ ...change, version: row.version + 1 })
      .where('id', '=', row.id)
      .where('version', '=', row.version)
      .executeTakeFirst()
    return result.numUpdatedRows === 1n
  }

  async remove(tx: Tx, id: string): Promise<void> {
    await sqlOf(tx).deleteFrom('resource_apps').where('id', '=', id).execute()
  }
}
