import { type ApplicationFacets, ApplicationSort } from '@signet/shared/api/applications'
import type { ListCount, Page } from '@signet/shared/api/paging'
import { type RawBuilder, sql } from 'kysely'
import type { Database } from '../platform/database/database.ts'
import { allOf, type Condition, column, oneOf, oneOfMany } from '../platform/database/filter-sql.ts'
import type { Cursors } from '../platform/database/paging.ts'
import type { PrincipalsTable } from '../platform/database/principal-tables.ts'
import { SortedList } from '../platform/database/sorted-list.ts'

/** Stands where nothing ends: later than any clock. */
export const neverMs = 8_640_000_000_000_000

/** An application, and what it can authenticate with. */
export interface ApplicationRow extends PrincipalsTable {
  /** How many there are that have not been removed, ended ones included. */
  readonly secrets: number
  readonly certificates: number
  readonly federated: number
  /** When the last secret or certificate ends. */
  readonly expires_key: number
}

const orders = {
  name: ['name_key', 'object_id'],
  state: ['state', 'name_key', 'object_id'],
  expires: ['expires_key', 'object_id'],
  'last-token': ['token_key', 'object_id'],
  created: ['created_at', 'object_id'],
} as const satisfies Record<string, readonly (keyof ApplicationRow)[]>

const ofSecrets = sql`client_secrets WHERE principal_id = object_id`
const ofCertificates = sql`credentials WHERE principal_id = object_id AND key_location = 'external' AND state = 'active'`
const ofRules = sql`federated_credentials WHERE principal_id = object_id`

const states = { enabled: 'enabled', suspended: 'paused', deleted: 'deleted' } as const satisfies Record<
  PrincipalsTable['state'],
  string
>
const notDeleted = oneOf(column('state'), ['enabled', 'suspended'])

interface PageWish {
  readonly sort: ApplicationSort
  readonly cursor?: string | undefined
  readonly limit: number
}

/** SQL of the list of applications: principals of that kind, and what hangs on them. */
export class ApplicationsStore {
  /** A filter may look at all of them, so it runs beside the main thread. */
  readonly #list: SortedList<ApplicationRow, keyof typeof orders>
  /** For few that are named: by their IDs, not in the order of an index. */
  readonly #named: SortedList<ApplicationRow, keyof typeof orders>

  constructor(database: Database, cursors: Cursors, tenantId: string) {
    const source = (where: RawBuilder<unknown>) => sql`(
      SELECT *, (SELECT count(*) FROM ${ofSecrets}) AS secrets, (SELECT count(*) FROM ${ofCertificates}) AS certificates,
        (SELECT count(*) FROM ${ofRules}) AS federated,
        coalesce(nullif(max(coalesce((SELECT max(expires_at) FROM ${ofSecrets}), 0),
          coalesce((SELECT max(not_after) FROM ${ofCertificates}), 0)), 0), ${sql.lit(neverMs)}) AS expires_key
      FROM principals WHERE ${where}) AS applications`
    const numeric = ['expires_key', 'token_key', 'created_at'] as const
    const list = { name: 'applications', orders, numeric }
    const ofTenant = sql`tenant_id = ${tenantId} AND kind = 'app'`
    this.#list = new SortedList(database.reports, cursors, { ...list, source: source(ofTenant) })
    const byId = sql`+tenant_id = ${tenantId} AND +kind = 'app'`
    this.#named = new SortedList(database.read, cursors, { ...list, source: source(byId) })
  }

  page(query: PageWish & { condition: Condition }): Promise<Page<ApplicationRow>> {
    return this.#list.page({ ...query, order: ApplicationSort.read(query.sort) }, (row) => row)
  }

  /** Of those that are named: whatever is there, deleted ones too. */
  namedPage(ids: readonly string[], query: PageWish): Promise<Page<ApplicationRow>> {
    const condition = oneOfMany(column('object_id'), ids)
    return this.#named.page({ ...query, condition, order: ApplicationSort.read(query.sort) }, (row) => row)
  }

  /** As above, all at once, by name. */
  async named(ids: readonly string[]): Promise<ApplicationRow[]> {
    return (await this.namedPage(ids, { sort: 'name', limit: Math.max(ids.length, 1) })).items
  }

  /** @param shown the condition of a filter; undefined where there is none */
  count(shown: Condition | undefined): Promise<ListCount> {
    return this.#list.count(notDeleted, shown)
  }

  /** @param has whether an application has a value of a field, as its filter has it */
  async facets(has: {
    proof: Record<string, Condition>
    expiring: Condition
    broad: Condition
  }): Promise<ApplicationFacets> {
    const proofs = Object.entries(has.proof).map(async ([proof, condition]): Promise<[string, number]> => {
      const { yes = 0 } = await this.#list.flags(condition, notDeleted)
      return [proof, yes]
    })
    const [stored, expiring, broad, proof] = await Promise.all([
      this.#list.values(sql.ref('state'), allOf([])),
      this.#list.flags(has.expiring, notDeleted),
      this.#list.flags(has.broad, notDeleted),
      Promise.all(proofs),
    ])
    const state = Object.entries(states).flatMap(([from, to]) =>
      stored[from] === undefined ? [] : [[to, stored[from]]],
    )
    return {
      state: Object.fromEntries(state),
      proof: Object.fromEntries(proof.filter(([, count]) => count > 0)),
      expiring,
      broad,
    }
  }
}
