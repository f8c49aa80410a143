import { type Database, sqlOf } from '../platform/database/database.ts'
import type { RotationDrillsTable } from '../platform/database/work-tables.ts'
import type { Tx } from '../platform/transaction.ts'

export type DrillRow = RotationDrillsTable

/** SQL of rehearsals. */
export class DrillsStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** @returns false when the slot has one that is under way */
  async insert(tx: Tx, row: DrillRow): Promise<boolean> {
    const result = await sqlOf(tx)
      .insertInto('rotation_drills')
      .values(row)
      .onConflict((conflict) => conflict.column('slot_id').where('finished_at', 'is', null).doNothing())
      .executeTakeFirst()
    return (result.numInsertedOrUpdatedRows ?? 0n) === 1n
  }

  drill(id: string, tx?: Tx): Promise<DrillRow | undefined> {
    return this.#reader(tx).selectFrom('rotation_drills').selectAll().where('id', '=', id).executeTakeFirst()
  }

  /** Those under way. */
  open(slotIds: readonly string[], tx?: Tx): Promise<DrillRow[]> {
    if (slotIds.length === 0) return Promise.resolve([])
    return this.#reader(tx)
      .selectFrom('rotation_drills')
      .selectAll()
      .where('slot_id', 'in', slotIds)
      .where('finished_at', 'is', null)
      .execute()
  }

  /** Newest first. */
  ofPrincipal(principalId: string, most: number): Promise<DrillRow[]> {
    return this.#database.read
      .selectFrom('rotation_drills')
      .selectAll()
      .where('principal_id', '=', principalId)
      .orderBy('id', 'desc')
      .limit(most)
      .execute()
  }

  late(tx: Tx, now: number, most: number): Promise<DrillRow[]> {
    return sqlOf(tx)
      .selectFrom('rotation_drills')
      .selectAll()
      .where('finished_at', 'is', null)
      .where('gives_up_at', '<=', now)
      .limit(most)
      .execute()
  }

  /** Compare-and-set on the version the caller read. */
  async update(tx: Tx, drill: DrillRow, change: Partial<Omit<DrillRow, 'id' | 'version'>>): Promise<boolean> {
    const result = await sqlOf(tx)
      .updateTable('rotation_drills')
      .set({ ...change, version: drill.version + 1 })
      .where('id', '=', drill.id)
      .where('version', '=', drill.version)
      .executeTakeFirst()
    return result.numUpdatedRows === 1n
  }

  #reader(tx: Tx | undefined) {
    return tx ? sqlOf(tx) : this.#database.read
  }
}
