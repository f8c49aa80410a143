import { type AudienceFacets, AudienceSort } from '@signet/shared/api/audiences'
import type { ListCount, Page } from '@signet/shared/api/paging'
import { sql } from 'kysely'
import type { Database } from '../platform/database/database.ts'
import { allOf, type Condition, column, numberIs, oneOf, oneOfMany } from '../platform/database/filter-sql.ts'
import type { ResourceAppsTable } from '../platform/database/identity-tables.ts'
import type { Cursors } from '../platform/database/paging.ts'
import { SortedList } from '../platform/database/sorted-list.ts'

interface AudienceRow extends ResourceAppsTable {
  readonly name_key: string
}

const orders = {
  uri: ['uri_key', 'id'],
  name: ['name_key', 'id'],
  enabled: ['state', 'uri_key', 'id'],
  'token-version': ['token_version', 'uri_key', 'id'],
  created: ['created_at', 'id'],
} as const satisfies Record<string, readonly (keyof AudienceRow)[]>

const everyone = allOf([])

/** SQL of the list of audiences. */
export class AudienceListStore {
  readonly #list: SortedList<AudienceRow, keyof typeof orders>

  constructor(database: Database, cursors: Cursors) {
    this.#list = new SortedList(database.read, cursors, {
      name: 'audiences',
      source: sql`(SELECT *, lower(display_name) AS name_key FROM resource_apps) AS audiences`,
      orders,
      numeric: ['token_version', 'created_at'],
    })
  }

  page(query: {
    condition: Condition
    sort: AudienceSort
    cursor?: string | undefined
    limit: number
  }): Promise<Page<ResourceAppsTable>> {
    return this.#list.page({ ...query, order: AudienceSort.read(query.sort) }, ({ name_key: _, ...row }) => row)
  }

  /** Those that are there. */
  async named(ids: readonly string[]): Promise<ResourceAppsTable[]> {
    const query = { condition: this.isNamed(ids), sort: 'uri' as const, limit: Math.max(ids.length, 1) }
    return (await this.page(query)).items
  }

  isNamed(ids: readonly string[]): Condition {
    return oneOfMany(column('id'), ids)
  }

  /** @param shown the condition of a filter; undefined where there is none */
  count(shown: Condition | undefined): Promise<ListCount> {
    return this.#list.count(everyone, shown)
  }

  async facets(): Promise<AudienceFacets> {
    const isOne = (name: string) => numberIs(column(name), 'is', [1])
    const [enabled, builtIn, assignmentRequired, tokenVersion] = await Promise.all([
      this.#list.flags(oneOf(column('state'), ['enabled']), everyone),
      this.#list.flags(isOne('builtin'), everyone),
      this.#list.flags(isOne('assignment_required'), everyone),
      this.#list.values(sql.ref('token_version'), everyone),
    ])
    return {
      enabled,
      'built-in': builtIn,
      'assignment-required': assignmentRequired,
      'token-version': tokenVersion,
    }
  }
}
