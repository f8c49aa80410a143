import type { ViewedList } from '@signet/shared/api/views'
import { type Database, sqlOf } from '../platform/database/database.ts'
import type { SavedViewsTable } from '../platform/database/schema.ts'
import type { Tx } from '../platform/transaction.ts'

export type ViewRow = SavedViewsTable

/** SQL of saved views. */
export class ViewsStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** Own ones and those that others share. */
  async visible(wanted: { tenantId: string; list: ViewedList; ownerId: string }): Promise<ViewRow[]> {
    return this.#database.read
      .selectFrom('saved_views')
      .selectAll()
      .where('tenant_id', '=', wanted.tenantId)
      .where('list', '=', wanted.list)
      .where((eb) => eb.or([eb('owner_id', '=', wanted.ownerId), eb('shared', '=', 1)]))
      .orderBy('name_key')
      .orderBy('id')
      .limit(500)
      .execute()
  }

  async countOf(tx: Tx, ownerId: string): Promise<number> {
    const row = await sqlOf(tx)
      .selectFrom('saved_views')
      .select((eb) => eb.fn.countAll<number>().as('count'))
      .where('owner_id', '=', ownerId)
      .executeTakeFirstOrThrow()
    return row.count
  }

  /** One of the same owner and name is replaced and keeps its ID. */
  async save(tx: Tx, row: ViewRow): Promise<ViewRow> {
    return sqlOf(tx)
      .insertInto('saved_views')
      .values(row)
      .onConflict((conflict) =>
        conflict.columns(['tenant_id', 'list', 'owner_id', 'name_key']).doUpdateSet((eb) => ({
          name: row.name,
          shared: row.shared,
          filter: row.filter,
          sort: row.sort,
          columns: row.columns,
          time: row.time,
          updated_at: row.updated_at,
          version: eb('saved_views.version', '+', 1),
        })),
      )
      .returningAll()
      .executeTakeFirstOrThrow()
  }

  /** @returns the row that is gone, if it was this owner's */
  async remove(tx: Tx, wanted: { id: string; ownerId: string }): Promise<ViewRow | undefined> {
    return sqlOf(tx)
      .deleteFrom('saved_views')
      .where('id', '=', wanted.id)
      .where('owner_id', '=', wanted.ownerId)
      .returningAll()
      .executeTakeFirst()
  }
}
