import type { Page, PageQuery } from '@signet/shared/api/paging'
import type { JobItemState } from '@signet/shared/vocabulary/job-states'
import { type SqlBool, sql } from 'kysely'
import { type Database, sqlOf } from '../platform/database/database.ts'
import { claimDue } from '../platform/database/leases.ts'
import type { Cursors } from '../platform/database/paging.ts'
import type { BulkItemsTable, BulkJobsTable } from '../platform/database/work-tables.ts'
import type { Tx } from '../platform/transaction.ts'

export type JobRow = BulkJobsTable
export type ItemRow = BulkItemsTable
export type NewItem = Pick<ItemRow, 'item_id' | 'input'>
export type Outcome = Pick<ItemRow, 'detail' | 'undo'> & { state: Exclude<ItemRow['state'], 'waiting'> }

/** A job leased to this process. */
export type ClaimedJob = Pick<JobRow, 'id' | 'fence'>

const jobList = 'jobs'
const itemList = 'job-items'
/** Rows of one insert; SQLite takes 32,766 parameters. */
const insertedAtOnce = 1_000

/** SQL of bulk jobs and their items. */
export class BulkStore {
  readonly #database: Database
  readonly #cursors: Cursors

  constructor(database: Database, cursors: Cursors) {
    this.#database = database
    this.#cursors = cursors
  }

  /** @returns false when the job that it would undo is being undone already */
  async insertJob(tx: Tx, row: JobRow): Promise<boolean> {
    const result = await sqlOf(tx)
      .insertInto('bulk_jobs')
      .values(row)
      .onConflict((conflict) =>
        // The condition of the index, word for word.
        conflict.column('undo_of').where(sql<SqlBool>`undo_of IS NOT NULL AND state <> 'cancelled'`).doNothing(),
      )
      .executeTakeFirst()
    return (result.numInsertedOrUpdatedRows ?? 0n) === 1n
  }

  /** Adds items after those that are there; a thing that is in the job already is left out. @returns how many */
  async addItems(tx: Tx, jobId: string, items: readonly NewItem[]): Promise<number> {
    const last = await sqlOf(tx)
      .selectFrom('bulk_items')
      .select((eb) => eb.fn.max('position').as('position'))
      .where('job_id', '=', jobId)
      .executeTakeFirst()
    const first = (last?.position ?? 0) + 1
    let added = 0n
    for (let start = 0; start < items.length; start += insertedAtOnce) {
      const rows = items.slice(start, start + insertedAtOnce).map((item, index) => ({
        ...item,
        job_id: jobId,
        position: first + start + index,
        state: 'waiting' as const,
        detail: null,
        undo: null,
        done_at: null,
      }))
      const result = await sqlOf(tx)
        .insertInto('bulk_items')
        .values(rows)
        .onConflict((conflict) => conflict.columns(['job_id', 'item_id']).doNothing())
        .executeTakeFirst()
      added += result.numInsertedOrUpdatedRows ?? 0n
    }
    return Number(added)
  }

  job(id: string, tx?: Tx): Promise<JobRow | undefined> {
    return this.#reader(tx).selectFrom('bulk_jobs').selectAll().where('id', '=', id).executeTakeFirst()
  }

  /** The jobs that undo others, by the job they undo; one that was cancelled leaves its rest to another. */
  async undoing(ids: readonly string[], tx?: Tx): Promise<Map<string, string>> {
    if (ids.length === 0) return new Map()
    const rows = await this.#reader(tx)
      .selectFrom('bulk_jobs')
      .select(['id', 'undo_of'])
      .where('undo_of', 'in', ids)
      .where('state', '!=', 'cancelled')
      .execute()
    return new Map(rows.flatMap((row) => (row.undo_of === null ? [] : [[row.undo_of, row.id]])))
  }

  async jobs(tenantId: string, filter: PageQuery & { open?: boolean }): Promise<Page<JobRow>> {
    const after = this.#cursors.read(jobList, filter.cursor)?.[0]
    let query = this.#database.read.selectFrom('bulk_jobs').selectAll().where('tenant_id', '=', tenantId)
    if (after !== undefined) query = query.where('id', '<', after)
    if (filter.open) query = query.where('finished_at', 'is', null)
    const rows = await query
      .orderBy('id', 'desc')
      .limit(filter.limit + 1)
      .execute()
    return this.#cursors.page(rows, {
      list: jobList,
      limit: filter.limit,
      keyOf: (row) => [row.id],
      map: (row) => row,
    })
  }

  /** @param filter `state` as it is stored; items of a cancelled job that wait are those that were cancelled */
  async items(
    jobId: string,
    filter: PageQuery & { state?: Exclude<JobItemState, 'cancelled'> | undefined },
  ): Promise<Page<ItemRow>> {
    const list = `${itemList} ${jobId} ${filter.state ?? ''}`
    const after = this.#cursors.read(list, filter.cursor)?.[0]
    let query = this.#database.read.selectFrom('bulk_items').selectAll().where('job_id', '=', jobId)
    if (after !== undefined) query = query.where('position', '>', Number(after))
    if (filter.state) query = query.where('state', '=', filter.state)
    const rows = await query
      .orderBy('position')
      .limit(filter.limit + 1)
      .execute()
    return this.#cursors.page(rows, {
      list,
      limit: filter.limit,
      keyOf: (row) => [String(row.position)],
      map: (row) => row,
    })
  }

  /** Items of a state after a position, in their order. */
  itemsAfter(jobId: string, state: ItemRow['state'], position: number, limit: number): Promise<ItemRow[]> {
    return this.#database.read
      .selectFrom('bulk_items')
      .selectAll()
      .where('job_id', '=', jobId)
      .where('state', '=', state)
      .where('position', '>', position)
      .orderBy('position')
      .limit(limit)
      .execute()
  }

  async hasWaiting(tx: Tx, jobId: string): Promise<boolean> {
    const row = await sqlOf(tx)
      .selectFrom('bulk_items')
      .select('position')
      .where('job_id', '=', jobId)
      .where('state', '=', 'waiting')
      .executeTakeFirst()
    return row !== undefined
  }

  claim(tx: Tx, options: { owner: string; now: number; leaseMs: number; limit: number }): Promise<ClaimedJob[]> {
    return claimDue<ClaimedJob>(tx, {
      ...options,
      table: 'bulk_jobs',
      order: ['due_at'],
      returning: ['id', 'fence'],
    })
  }

  /** The job while this claim still holds: same fence, and nobody paused or cancelled it. */
  heldJob(tx: Tx, claim: ClaimedJob): Promise<JobRow | undefined> {
    return sqlOf(tx)
      .selectFrom('bulk_jobs')
      .selectAll()
      .where('id', '=', claim.id)
      .where('fence', '=', claim.fence)
      .where('state', 'in', ['selecting', 'running'])
      .executeTakeFirst()
  }

  async updateJob(tx: Tx, job: JobRow, change: Partial<Omit<JobRow, 'id' | 'version' | 'fence'>>): Promise<void> {
    await sqlOf(tx)
      .updateTable('bulk_jobs')
      .set({ ...change, version: job.version + 1 })
      .where('id', '=', job.id)
      .execute()
  }

  /** Ends an item that waits, and counts it. @returns false when it was done meanwhile */
  async finishItem(tx: Tx, item: ItemRow, outcome: Outcome, at: number): Promise<boolean> {
    const result = await sqlOf(tx)
      .updateTable('bulk_items')
      .set({ ...outcome, done_at: at })
      .where('job_id', '=', item.job_id)
      .where('position', '=', item.position)
      .where('state', '=', 'waiting')
      .executeTakeFirst()
    if (result.numUpdatedRows !== 1n) return false
    await sqlOf(tx)
      .updateTable('bulk_jobs')
      .set((eb) => ({ [outcome.state]: eb(outcome.state, '+', 1), updated_at: at, version: eb('version', '+', 1) }))
      .where('id', '=', item.job_id)
      .execute()
    return true
  }

  /** Failed and refused items wait again. */
  async requeue(tx: Tx, job: JobRow): Promise<void> {
    await sqlOf(tx)
      .updateTable('bulk_items')
      .set({ state: 'waiting', detail: null, done_at: null })
      .where('job_id', '=', job.id)
      .where('state', 'in', ['failed', 'refused'])
      .execute()
  }

  #reader(tx: Tx | undefined) {
    return tx ? sqlOf(tx) : this.#database.read
  }
}
