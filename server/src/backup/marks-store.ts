import { RestoreStatus } from '@signet/shared/api/backups'
import { z } from 'zod'
import { type Database, sqlOf } from '../platform/database/database.ts'
import type { Tx } from '../platform/transaction.ts'

/** What the data says of its own backups and restores, under these keys of the settings. */
export const markKeys = { backups: 'backups', restore: 'restore' } as const

export const BackupMark = z.object({ number: z.int(), madeAt: z.int().nullable(), failure: z.string().nullable() })
export type BackupMark = z.infer<typeof BackupMark>

/** Of the newest restore. */
export const RestoreMark = RestoreStatus.extend({ epoch: z.int() })
export type RestoreMark = z.infer<typeof RestoreMark>

/** SQL of these marks. */
export class MarksStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async backups(tx?: Tx): Promise<BackupMark> {
    const value = await this.#value(markKeys.backups, tx)
    return value === undefined ? { number: 0, madeAt: null, failure: null } : BackupMark.parse(JSON.parse(value))
  }

  setBackups(tx: Tx, mark: BackupMark, now: number): Promise<void> {
    return this.#set(tx, markKeys.backups, mark, now)
  }

  async restore(tx?: Tx): Promise<RestoreMark | undefined> {
    const value = await this.#value(markKeys.restore, tx)
    return value === undefined ? undefined : RestoreMark.parse(JSON.parse(value))
  }

  setRestore(tx: Tx, mark: RestoreMark, now: number): Promise<void> {
    return this.#set(tx, markKeys.restore, mark, now)
  }

  /** Version of the schema that is in place. */
  async schema(): Promise<number> {
    const row = await this.#database.read
      .selectFrom('schema_migrations')
      .select((eb) => eb.fn.max('version').as('version'))
      .executeTakeFirstOrThrow()
    return Number(row.version)
  }

  async #value(key: string, tx: Tx | undefined): Promise<string | undefined> {
    const db = tx ? sqlOf(tx) : this.#database.read
    const row = await db.selectFrom('cluster_settings').selectAll().where('key', '=', key).executeTakeFirst()
    return row && this.#database.rows.checked('cluster_settings', row).value
  }

  async #set(tx: Tx, key: string, mark: object, now: number): Promise<void> {
    const value = JSON.stringify(mark)
    await sqlOf(tx)
      .insertInto('cluster_settings')
      .values({ key, value, version: 1, updated_at: now })
      .onConflict((conflict) =>
        conflict.column('key').doUpdateSet((eb) => ({
          value,
          version: eb('cluster_settings.version', '+', 1),
          updated_at: now,
        })),
      )
      .execute()
  }
}
