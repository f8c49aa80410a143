import type { ListCount, Page } from '@signet/shared/api/paging'
import { type UsageFacets, UsageSort } from '@signet/shared/api/usage'
import { type RawBuilder, sql } from 'kysely'
import type { Database } from '../platform/database/database.ts'
import { allOf, type Condition, column, oneOf, oneOfMany } from '../platform/database/filter-sql.ts'
import type { Cursors } from '../platform/database/paging.ts'
import type { PrincipalsTable } from '../platform/database/principal-tables.ts'
import { SortedList } from '../platform/database/sorted-list.ts'
import { stateWords } from './application-summary.ts'

const orders = {
  'last-token': ['token_key', 'object_id'],
  name: ['name_key', 'object_id'],
  'new-host': ['new_host_key', 'object_id'],
} as const satisfies Record<string, readonly (keyof PrincipalsTable)[]>

export const notDeleted = oneOf(column('state'), ['enabled', 'suspended'])

interface PageWish {
  readonly sort: UsageSort
  readonly cursor?: string | undefined
  readonly limit: number
}

/** SQL of the list of all principals by their use. */
export class UseListStore {
  /** A filter may look at all of them, so it runs beside the main thread. */
  readonly #list: SortedList<PrincipalsTable, keyof typeof orders>
  /** For few that are named: by their IDs, not in the order of an index. */
  readonly #named: SortedList<PrincipalsTable, keyof typeof orders>

  constructor(database: Database, cursors: Cursors, tenantId: string) {
    const listOf = (reader: Database['read'], where: RawBuilder<unknown>) =>
      new SortedList<PrincipalsTable, keyof typeof orders>(reader, cursors, {
        name: 'uses',
        source: sql`(SELECT * FROM principals WHERE ${where}) AS principals`,
        orders,
        numeric: ['token_key', 'new_host_key'],
      })
    this.#list = listOf(database.reports, sql`tenant_id = ${tenantId}`)
    this.#named = listOf(database.read, sql`+tenant_id = ${tenantId}`)
  }

  page(query: PageWish & { condition: Condition }): Promise<Page<PrincipalsTable>> {
    return this.#list.page({ ...query, order: UsageSort.read(query.sort) }, (row) => row)
  }

  /** Of those that are named: whatever is there, deleted ones too. */
  namedPage(ids: readonly string[], query: PageWish): Promise<Page<PrincipalsTable>> {
    const condition = oneOfMany(column('object_id'), ids)
    return this.#named.page({ ...query, condition, order: UsageSort.read(query.sort) }, (row) => row)
  }

  /** @param shown the condition of a filter; undefined where there is none */
  count(shown: Condition | undefined): Promise<ListCount> {
    return this.#list.count(notDeleted, shown)
  }

  async facets(): Promise<UsageFacets> {
    const [kind, stored] = await Promise.all([
      this.#list.values(sql.ref('kind'), notDeleted),
      this.#list.values(sql.ref('state'), allOf([])),
    ])
    const state = Object.entries(stateWords).flatMap(([from, to]) =>
      stored[from] === undefined ? [] : [[to, stored[from]]],
    )
    return { kind, state: Object.fromEntries(state) }
  }
}
