import type { Insertable, Selectable } from 'kysely'
import type { Tx } from '../transaction.ts'
import { type Database, sqlOf } from './database.ts'
import type { DataKeysTable, RecoverySetsTable } from './schema.ts'

export type DataKeyRow = Selectable<DataKeysTable>
export type RecoverySetRow = Selectable<RecoverySetsTable>

/** SQL: purpose keys, wrapped, and the set of recovery shares that opens them too. */
export class DataKeysStore {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  /** All that are not destroyed, oldest first. */
  keys(tx?: Tx): Promise<DataKeyRow[]> {
    const db = tx ? sqlOf(tx) : this.#db.read
    return db.selectFrom('data_keys').selectAll().where('state', '<>', 'destroyed').orderBy('created_at').execute()
  }

  /** ID of the root key they are wrapped under; null before there is any. */
  async rootKeyId(): Promise<string | null> {
    const row = await this.#db.read.selectFrom('data_keys').select('root_key_ref').executeTakeFirst()
    return row?.root_key_ref ?? null
  }

  recoverySet(): Promise<RecoverySetRow | undefined> {
    return this.#db.read.selectFrom('recovery_sets').selectAll().executeTakeFirst()
  }

  async insert(tx: Tx, row: Insertable<DataKeysTable>): Promise<void> {
    await sqlOf(tx).insertInto('data_keys').values(row).execute()
  }

  async replaceRecoverySet(tx: Tx, set: RecoverySetRow, wrapped: ReadonlyMap<string, Buffer>): Promise<void> {
    await sqlOf(tx).deleteFrom('recovery_sets').execute()
    await sqlOf(tx).insertInto('recovery_sets').values(set).execute()
    for (const [id, recovery_wrapped] of wrapped) {
      await sqlOf(tx).updateTable('data_keys').set({ recovery_wrapped }).where('id', '=', id).execute()
    }
  }

  /** The same keys, wrapped under another root key. */
  async rewrap(
    tx: Tx,
    root: { ref: string; keys: ReadonlyMap<string, Buffer>; recoverySet: Buffer | undefined },
  ): Promise<void> {
    for (const [id, wrapped] of root.keys) {
      await sqlOf(tx).updateTable('data_keys').set({ wrapped, root_key_ref: root.ref }).where('id', '=', id).execute()
    }
    if (root.recoverySet) await sqlOf(tx).updateTable('recovery_sets').set({ wrapped: root.recoverySet }).execute()
  }
}
