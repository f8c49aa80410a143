import type { Page, PageQuery } from '@signet/shared/api/paging'
import { dayMs } from '@signet/shared/vocabulary/time'
import { type SqlBool, sql } from 'kysely'
import type { Database } from '../platform/database/database.ts'
import { allOf, type Condition } from '../platform/database/filter-sql.ts'
import type { Cursors } from '../platform/database/paging.ts'
import { firstIdAt, idBoundAt } from '../platform/identifiers.ts'
import type { RunRow, SlotRow } from './rotation-store.ts'

export interface RunQuery {
  readonly condition: Condition
  /** Epoch milliseconds, inclusive; when the run was requested. */
  readonly from?: number | undefined
  /** Exclusive. */
  readonly to?: number | undefined
}

const historyList = 'rotations'
const upcomingList = 'upcoming'
/** No slot is due later than this; those that nothing is planned for come last. */
const never = 8_640_000_000_000_000
const due = sql<number>`coalesce(rotate_after, ${sql.lit(never)})`
/** So many slots are sorted after they were found. */
const fewSlots = 500

const lastFailures = sql`SELECT (
    SELECT failed.id FROM rotation_runs AS failed
    WHERE failed.principal_id = slot.principal_id AND failed.slot_id = slot.id AND failed.state = 'failed'
    ORDER BY failed.id DESC LIMIT 1
  ) FROM credential_slots AS slot WHERE slot.state = 'open' AND slot.failures > 0`

/** Holds for the last failed run of each open slot that did not roll since. */
export const isLastFailure: Condition = sql<SqlBool>`rotation_runs.id IN (${lastFailures})`

/** Holds for these and for whatever is under way; found by two indexes, however long the history is. */
export const isInQueue: Condition = sql<SqlBool>`rotation_runs.id IN (
  SELECT open.id FROM rotation_runs AS open WHERE open.finished_at IS NULL UNION ALL ${lastFailures}
)`

export const isReviewed: Condition = sql<SqlBool>`rotation_runs.id IN (SELECT run_id FROM rotation_reviews)`

/** SQL of the questions people ask about rotations. Any of them may look at many rows, so they run beside the main thread. */
export class RotationReviewStore {
  readonly #database: Database
  readonly #cursors: Cursors
  readonly #tenantId: string

  constructor(database: Database, cursors: Cursors, tenantId: string) {
    this.#database = database
    this.#cursors = cursors
    this.#tenantId = tenantId
  }

  /** Newest first. */
  async runs(query: RunQuery, { cursor, limit }: PageQuery): Promise<Page<RunRow>> {
    const after = this.#cursors.read(historyList, cursor)?.[0]
    const rows = await this.portion(query, after, limit + 1)
    return this.#cursors.page(rows, { list: historyList, limit, keyOf: (row) => [row.id], map: (row) => row })
  }

  /** The matching runs that come after `before` in the list, newest first. */
  portion(query: RunQuery, before: string | undefined, limit: number): Promise<RunRow[]> {
    let runs = this.#database.reports
      .selectFrom('rotation_runs')
      .selectAll()
      .where('tenant_id', '=', this.#tenantId)
      .where(query.condition)
    if (before !== undefined) runs = runs.where('id', '<', before)
    // IDs rise with time, so a range of time is a stretch of the primary key.
    if (query.from !== undefined)
      runs = runs.where('id', '>=', firstIdAt(query.from)).where('created_at', '>=', query.from)
    if (query.to !== undefined) runs = runs.where('id', '<', idBoundAt(query.to)).where('created_at', '<', query.to)
    return runs.orderBy('id', 'desc').limit(limit).execute()
  }

  async newestId(): Promise<string | undefined> {
    const row = await this.#database.read
      .selectFrom('rotation_runs')
      .select('id')
      .where('tenant_id', '=', this.#tenantId)
      .orderBy('id', 'desc')
      .limit(1)
      .executeTakeFirst()
    return row?.id
  }

  /** Open slots, the soonest due first. @param instance a name, or the beginning of one with `*` */
  async upcoming(
    { instance }: { instance?: string | undefined },
    { cursor, limit }: PageQuery,
  ): Promise<Page<SlotRow>> {
    const after = this.#cursors.read(upcomingList, cursor)
    // Names that few have are found by their index and sorted; of others there are enough in the order of what is due.
    const named = instance === undefined ? undefined : nameIs(instance)
    const byName = named && (await this.#isFew(named))
    const conditions = [this.#isOpen(), ...(named ? [named] : [])]
    if (after) conditions.push(sql<SqlBool>`(${due}, id) > (${Number(after[0])}, ${after[1]})`)
    const { rows } = await sql<SlotRow>`
      SELECT * FROM credential_slots INDEXED BY ${sql.ref(byName ? 'credential_slots_name' : 'credential_slots_upcoming')}
      WHERE ${allOf(conditions)} ORDER BY ${due}, id LIMIT ${limit + 1}`.execute(this.#database.reports)
    return this.#cursors.page(rows, {
      list: upcomingList,
      limit,
      keyOf: (row) => [String(row.rotate_after ?? never), row.id],
      map: (row) => row,
    })
  }

  async #isFew(named: Condition): Promise<boolean> {
    const { rows } = await sql<{ n: number }>`
      SELECT count(*) AS n FROM (SELECT 1 FROM credential_slots INDEXED BY credential_slots_name
      WHERE ${allOf([this.#isOpen(), named])} LIMIT ${fewSlots + 1})`.execute(this.#database.reports)
    return (rows[0]?.n ?? 0) <= fewSlots
  }

  /** As the indexes of open slots have it, which are found only by saying so. */
  #isOpen(): Condition {
    return sql<SqlBool>`tenant_id = ${this.#tenantId} AND state = 'open'`
  }

  /** The oldest of the matching runs, and how many match. */
  async oldest({ condition }: RunQuery, most: number): Promise<{ runs: RunRow[]; total: number }> {
    const matching = this.#database.reports
      .selectFrom('rotation_runs')
      .where('tenant_id', '=', this.#tenantId)
      .where(condition)
    const runs = await matching.selectAll().orderBy('id').limit(most).execute()
    const { n } = await matching.select((eb) => eb.fn.countAll<number>().as('n')).executeTakeFirstOrThrow()
    return { runs, total: n }
  }

  /**
   * How many rotations took effect on each day (UTC), and how many are planned; whole days, also those that the range only
   * touches. Days without any are left out.
   */
  async load(range: { from: number; to: number }): Promise<{ day: number; done: number; planned: number }[]> {
    const days = await this.#database.read
      .selectFrom('rotation_days')
      .select(['day', 'done', 'planned'])
      .where('tenant_id', '=', this.#tenantId)
      .where('day', '>=', Math.floor(range.from / dayMs))
      .where('day', '<', Math.ceil(range.to / dayMs))
      .where((eb) => eb.or([eb('done', '>', 0), eb('planned', '>', 0)]))
      .orderBy('day')
      .execute()
    return days.map(({ day, done, planned }) => ({ day: day * dayMs, done, planned }))
  }
}

/** Equal without regard to case, or a beginning with `*`, so that the index of names finds it. */
function nameIs(given: string): Condition {
  const name = sql`principal_name COLLATE NOCASE`
  const start = given.slice(0, -1)
  return given.endsWith('*')
    ? sql<SqlBool>`${name} >= ${start} AND ${name} < ${`${start}\u{10ffff}`}`
    : sql<SqlBool>`${name} = ${given}`
}
