import { type Database, sqlOf } from '../platform/database/database.ts'
import type { RotationReviewsTable } from '../platform/database/work-tables.ts'
import type { Tx } from '../platform/transaction.ts'

export type ReviewRow = RotationReviewsTable

/** SQL of who looked at which rotation. */
export class RunReviewsStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** Those of the rotations that have ended and that nobody reviewed. */
  async open(tx: Tx, runIds: readonly string[]): Promise<string[]> {
    const rows = await sqlOf(tx)
      .selectFrom('rotation_runs')
      .select('id')
      .where('id', 'in', runIds)
      .where('finished_at', 'is not', null)
      .where('id', 'not in', sqlOf(tx).selectFrom('rotation_reviews').select('run_id').where('run_id', 'in', runIds))
      .execute()
    return rows.map(({ id }) => id)
  }

  async insert(tx: Tx, rows: readonly ReviewRow[]): Promise<void> {
    await sqlOf(tx).insertInto('rotation_reviews').values(rows).execute()
  }

  of(runIds: readonly string[]): Promise<ReviewRow[]> {
    if (runIds.length === 0) return Promise.resolve([])
    return this.#database.read.selectFrom('rotation_reviews').selectAll().where('run_id', 'in', runIds).execute()
  }
}
