import type { Page, PageQuery } from '@signet/shared/api/paging'
import { dayMs } from '@signet/shared/vocabulary/time'
import { sql } from 'kysely'
import type { Database } from '../platform/database/database.ts'
import { type Condition, column, wordIs } from '../platform/database/filter-sql.ts'
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
  async upcoming(query: { instance?: string | undefined }, { cursor, limit }: PageQuery): Promise<Page<SlotRow>> {
    const after = this.#cursors.read(upcomingList, cursor)
    const due = sql<number>`coalesce(rotate_after, ${never})`
    let slots = this.#database.reports
      .selectFrom('credential_slots')
      .selectAll()
      .where('tenant_id', '=', this.#tenantId)
      .where('state', '=', 'open')
    if (query.instance !== undefined) slots = slots.where(wordIs(column('principal_name'), query.instance))
    if (after) slots = slots.where(sql<boolean>`(${due}, id) > (${Number(after[0])}, ${after[1]})`)
    const rows = await slots
      .orderBy(due)
      .orderBy('id')
      .limit(limit + 1)
      .execute()
    return this.#cursors.page(rows, {
      list: upcomingList,
      limit,
      keyOf: (row) => [String(row.rotate_after ?? never), row.id],
      map: (row) => row,
    })
  }

  /** Runs requested before an instant that no agent has taken up, the oldest first, and how many there are. */
  async waitingSince(before: number, most: number): Promise<{ runs: RunRow[]; total: number }> {
    const waiting = this.#database.reports
      .selectFrom('rotation_runs')
      .where('tenant_id', '=', this.#tenantId)
      .where('state', 'in', ['requested', 'prepared'])
      .where('id', '<', firstIdAt(before))
    const runs = await waiting.selectAll().orderBy('id').limit(most).execute()
    const { n } = await waiting.select((eb) => eb.fn.countAll<number>().as('n')).executeTakeFirstOrThrow()
    return { runs, total: n }
  }

  /** The last failed run of open slots whose latest rotations failed, and how many such slots there are. */
  async lastFailed(most: number): Promise<{ runs: (RunRow & { failures: number })[]; total: number }> {
    const failing = this.#database.reports
      .selectFrom('credential_slots')
      .where('tenant_id', '=', this.#tenantId)
      .where(sql<boolean>`state = 'open' AND failures > 0`)
    const slots = await failing.select(['id', 'principal_id', 'failures']).orderBy('id').limit(most).execute()
    const { n } = await failing.select((eb) => eb.fn.countAll<number>().as('n')).executeTakeFirstOrThrow()
    const runs: (RunRow & { failures: number })[] = []
    for (const slot of slots) {
      const run = await this.#database.reports
        .selectFrom('rotation_runs')
        .selectAll()
        .where('principal_id', '=', slot.principal_id)
        .where('slot_id', '=', slot.id)
        .where('state', '=', 'failed')
        .orderBy('id', 'desc')
        .limit(1)
        .executeTakeFirst()
      if (run) runs.push({ ...run, failures: slot.failures })
    }
    return { runs, total: n }
  }

  /** How many rotations took effect on each day (UTC), and how many are planned; days without any are left out. */
  async load(range: { from: number; to: number }): Promise<{ day: number; done: number; planned: number }[]> {
    const done = await this.#database.reports
      .selectFrom('rotation_runs')
      .select([dayOf('activated_at').as('day'), (eb) => eb.fn.countAll<number>().as('n')])
      .where('tenant_id', '=', this.#tenantId)
      .where('activated_at', '>=', range.from)
      .where('activated_at', '<', range.to)
      .groupBy('day')
      .execute()
    const planned = await this.#database.reports
      .selectFrom('credential_slots')
      .select([dayOf('rotate_after').as('day'), (eb) => eb.fn.countAll<number>().as('n')])
      .where('tenant_id', '=', this.#tenantId)
      .where('state', '=', 'open')
      .where('rotate_after', '>=', range.from)
      .where('rotate_after', '<', range.to)
      .groupBy('day')
      .execute()
    const days = new Map<number, { day: number; done: number; planned: number }>()
    const at = (day: number) => days.get(day) ?? { day, done: 0, planned: 0 }
    for (const { day, n } of done) days.set(day, { ...at(day), done: n })
    for (const { day, n } of planned) days.set(day, { ...at(day), planned: n })
    return [...days.values()].sort((a, b) => a.day - b.day)
  }
}

/** Midnight UTC before the instant in the column. */
function dayOf(name: string) {
  return sql<number>`cast(${sql.ref(name)} / ${dayMs} AS INTEGER) * ${dayMs}`
}
