import type { Page, PageQuery } from '@signet/shared/api/paging'
import { type SqlBool, sql } from 'kysely'
import type { Database } from '../platform/database/database.ts'
import { allOf, type Condition } from '../platform/database/filter-sql.ts'
import type { Cursors } from '../platform/database/paging.ts'
import type { SlotRow } from './rotation-store.ts'

const list = 'planned'
/** As the index of upcoming slots has it. */
const due = sql<number>`coalesce(rotate_after, 8640000000000000)`
const last = 8_640_000_000_000_000

/** SQL of what is coming. It may look at many rows, so it runs beside the main thread. */
export class RotationCalendarStore {
  readonly #database: Database
  readonly #cursors: Cursors
  readonly #tenantId: string

  constructor(database: Database, cursors: Cursors, tenantId: string) {
    this.#database = database
    this.#cursors = cursors
    this.#tenantId = tenantId
  }

  /** Open slots by when they roll, the soonest first. */
  async planned(
    query: { from?: number | undefined; to?: number | undefined; only?: 'waiting' | undefined; now: number },
    { cursor, limit }: PageQuery,
  ): Promise<Page<SlotRow>> {
    const after = this.#cursors.read(list, cursor)
    const conditions = [this.#isOpen(), sql<SqlBool>`${due} >= ${query.from ?? 0} AND ${due} < ${query.to ?? last}`]
    if (query.only === 'waiting') conditions.push(isWaiting(query.now))
    if (after) conditions.push(sql<SqlBool>`(${due}, id) > (${Number(after[0])}, ${after[1]})`)
    const { rows } = await sql<SlotRow>`
      SELECT * FROM credential_slots INDEXED BY credential_slots_upcoming
      WHERE ${allOf(conditions)} ORDER BY ${due}, id LIMIT ${limit + 1}`.execute(this.#database.reports)
    return this.#cursors.page(rows, {
      ...{ list, limit },
      keyOf: (row) => [String(row.rotate_after ?? last), row.id],
      map: (row) => row,
    })
  }

  async countWaiting(now: number): Promise<number> {
    const { rows } = await sql<{ n: number }>`
      SELECT count(*) AS n FROM credential_slots WHERE ${allOf([this.#isOpen(), isWaiting(now)])}`.execute(
      this.#database.reports,
    )
    return rows[0]?.n ?? 0
  }

  #isOpen(): Condition {
    return sql<SqlBool>`tenant_id = ${this.#tenantId} AND state = 'open'`
  }
}

/** Due, and held back by windows; what waits after a failure is another matter. */
function isWaiting(now: number): Condition {
  return sql<SqlBool>`due_after < rotate_after AND due_after <= ${now} AND rotate_after > ${now} AND failures = 0`
}
