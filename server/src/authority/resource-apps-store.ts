import { type Database, sqlOf } from '../platform/database/database.ts'
import type { ResourceAppsTable } from '../platform/database/schema.ts'
import type { Tx } from '../platform/transaction.ts'

/** SQL of registered audiences. */
export class ResourceAppsStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  all(): Promise<ResourceAppsTable[]> {
    return this.#database.read.selectFrom('resource_apps').selectAll().orderBy('identifier_uri').execute()
  }

  async insertIfMissing(tx: Tx, row: ResourceAppsTable): Promise<void> {
    await sqlOf(tx)
      .insertInto('resource_apps')
      .values(row)
      .onConflict((conflict) => conflict.column('uri_key').doNothing())
      .execute()
  }
}
