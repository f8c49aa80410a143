import type { ListCount, Page } from '@signet/shared/api/paging'
import { type Kysely, type RawBuilder, type SqlBool, sql } from 'kysely'
import { allOf, type Condition } from './filter-sql.ts'
import type { Cursors } from './paging.ts'
import type { Schema } from './schema.ts'

/** A filtered list is counted no further than this. */
const mostCounted = 1_000

interface ListDefinition<Row, By extends string> {
  /** Cursors are bound to it. */
  readonly name: string
  /** A table, or a statement in brackets with a name; only what belongs to the deployment's tenant. */
  readonly source: RawBuilder<unknown>
  /** The columns of each sorting; the last one is unique. */
  readonly orders: Record<By, readonly (keyof Row & string)[]>
  /** Columns that hold numbers; the others hold text. */
  readonly numeric: readonly (keyof Row & string)[]
}

/** A list with a filter and a choice of sortings, paged from row to row by its keys. */
export class SortedList<Row extends object, By extends string> {
  readonly #reader: Kysely<Schema>
  readonly #cursors: Cursors
  readonly #list: ListDefinition<Row, By>

  constructor(reader: Kysely<Schema>, cursors: Cursors, list: ListDefinition<Row, By>) {
    this.#reader = reader
    this.#cursors = cursors
    this.#list = list
  }

  async page<Item>(
    query: {
      condition: Condition
      order: { by: By; descending: boolean }
      cursor?: string | undefined
      limit: number
    },
    map: (row: Row) => Item,
  ): Promise<Page<Item>> {
    const { name, source, orders, numeric } = this.#list
    const { by, descending } = query.order
    const columns = orders[by]
    const list = `${name} ${descending ? '-' : ''}${by}`
    const after = this.#cursors.read(list, query.cursor)
    const names = columns.map((column) => sql.ref(column))
    const conditions = [query.condition]
    if (after) {
      const values = columns.map((column, at) => sql`${numeric.includes(column) ? Number(after[at]) : after[at]}`)
      const sign = sql.raw(descending ? '<' : '>')
      conditions.push(sql<SqlBool>`(${sql.join(names)}) ${sign} (${sql.join(values)})`)
    }
    const direction = sql.raw(descending ? 'DESC' : 'ASC')
    const { rows } = await sql<Row>`
      SELECT * FROM ${source} WHERE ${allOf(conditions)}
      ORDER BY ${sql.join(names.map((each) => sql`${each} ${direction}`))} LIMIT ${query.limit + 1}
    `.execute(this.#reader)
    const keyOf = (row: Row) => columns.map((column) => String(row[column]))
    return this.#cursors.page(rows, { list, limit: query.limit, keyOf, map })
  }

  /** How long the list is: `all` without a filter, `shown` with it. */
  async count(all: Condition, shown: Condition | undefined): Promise<ListCount> {
    const whole = await this.#rows(all)
    if (!shown) return { shown: whole, isCapped: false, all: whole }
    const matching = await this.#rows(shown, mostCounted + 1)
    return { shown: Math.min(matching, mostCounted), isCapped: matching > mostCounted, all: whole }
  }

  /** How many rows have each value. */
  async values(of: RawBuilder<unknown>, condition: Condition): Promise<Record<string, number>> {
    const { rows } = await sql<{ value: string | number; count: number }>`
      SELECT ${of} AS value, count(*) AS count FROM ${this.#list.source} WHERE ${condition} GROUP BY 1 ORDER BY 2 DESC, 1
    `.execute(this.#reader)
    return Object.fromEntries(rows.map(({ value, count }) => [String(value), count]))
  }

  /** How many rows meet the condition and how many do not, as a filter by a flag has them. */
  async flags(of: Condition, condition: Condition): Promise<Record<string, number>> {
    return this.values(sql`iif(${of}, 'yes', 'no')`, condition)
  }

  async #rows(condition: Condition, most?: number): Promise<number> {
    const limit = most === undefined ? sql`` : sql`LIMIT ${most}`
    const { rows } = await sql<{ count: number }>`
      SELECT count(*) AS count FROM (SELECT 1 FROM ${this.#list.source} WHERE ${condition} ${limit})
    `.execute(this.#reader)
    return rows[0]?.count ?? 0
  }
}
