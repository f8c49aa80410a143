import type { ListCount, Page, PageQuery } from '@signet/shared/api/paging'
import { type UserIdentityFacets, UserIdentitySort } from '@signet/shared/api/user-identities'
import { InstanceId } from '@signet/shared/vocabulary/identifiers'
import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type { Database } from '../platform/database/database.ts'
import { allOf, type Condition, column, oneOfMany, present } from '../platform/database/filter-sql.ts'
import type { UserIdentitiesTable } from '../platform/database/identity-tables.ts'
import type { Cursors } from '../platform/database/paging.ts'
import { SortedList } from '../platform/database/sorted-list.ts'
import { toUserIdentity } from './user-identities-store.ts'
import type { UserIdentity } from './user-identity.ts'

const orders = {
  name: ['name_key', 'id'],
  group: ['group_key', 'name_key', 'id'],
  state: ['state', 'name_key', 'id'],
  instances: ['instances', 'name_key', 'id'],
  'last-token': ['token_key', 'id'],
  created: ['created_at', 'id'],
} as const satisfies Record<string, readonly (keyof UserIdentitiesTable)[]>

const notDeleted = present(column('deleted_at'), false)

interface PageWish {
  readonly sort: UserIdentitySort
  readonly cursor?: string | undefined
  readonly limit: number
}

/** SQL of the lists of user-assigned identities. */
export class UserIdentityListStore {
  readonly #database: Database
  readonly #cursors: Cursors
  readonly #list: SortedList<UserIdentitiesTable, keyof typeof orders>
  /** For few that are named: by their IDs, not in the order of an index. */
  readonly #named: SortedList<UserIdentitiesTable, keyof typeof orders>

  constructor(database: Database, cursors: Cursors, tenantId: string) {
    this.#database = database
    this.#cursors = cursors
    const numeric = ['instances', 'token_key', 'created_at'] as const
    const listOf = (where: RawBuilder<unknown>) => {
      const source = sql`(SELECT * FROM user_identities WHERE ${where}) AS user_identities`
      return new SortedList<UserIdentitiesTable, keyof typeof orders>(database.read, cursors, {
        ...{ name: 'user-identities', source, orders, numeric },
      })
    }
    this.#list = listOf(sql`tenant_id = ${tenantId}`)
    this.#named = listOf(sql`+tenant_id = ${tenantId}`)
  }

  page(query: PageWish & { condition: Condition }): Promise<Page<UserIdentity>> {
    return this.#list.page({ ...query, order: UserIdentitySort.read(query.sort) }, toUserIdentity)
  }

  /** Of those that are named: whatever is there, deleted ones too. */
  namedPage(ids: readonly string[], query: PageWish): Promise<Page<UserIdentity>> {
    const condition = oneOfMany(column('id'), ids)
    return this.#named.page({ ...query, condition, order: UserIdentitySort.read(query.sort) }, toUserIdentity)
  }

  /** @param shown the condition of a filter; undefined where there is none */
  count(shown: Condition | undefined): Promise<ListCount> {
    return this.#list.count(notDeleted, shown)
  }

  /** @param broad those with a federated credential that trusts too much */
  async facets(broad: readonly string[]): Promise<UserIdentityFacets> {
    const [state, group, isBroad] = await Promise.all([
      this.#list.values(sql.ref('state'), allOf([])),
      this.#list.values(sql.ref('group_name'), notDeleted),
      this.#list.flags(oneOfMany(column('id'), broad), notDeleted),
    ])
    return { state, group, broad: isBroad }
  }

  /** Instances an identity is assigned to, by name. */
  async instances(
    principalId: string,
    query: PageQuery,
  ): Promise<Page<{ instanceId: InstanceId; assignedAt: number }>> {
    const list = `instances of ${principalId}`
    const after = this.#cursors.read(list, query.cursor)
    let found = this.#database.read
      .selectFrom('identity_assignments')
      .innerJoin('service_instances', 'service_instances.id', 'identity_assignments.instance_id')
      .select(['service_instances.id', 'service_instances.name_key', 'identity_assignments.created_at'])
      .where('identity_assignments.principal_id', '=', principalId)
      .where('service_instances.deleted_at', 'is', null)
    if (after) {
      const [name = '', id = ''] = after
      found = found.where(sql<SqlBool>`(service_instances.name_key, service_instances.id) > (${name}, ${id})`)
    }
    const rows = await found
      .orderBy('service_instances.name_key')
      .orderBy('service_instances.id')
      .limit(query.limit + 1)
      .execute()
    return this.#cursors.page(rows, {
      list,
      limit: query.limit,
      keyOf: (row) => [row.name_key, row.id],
      map: (row) => ({ instanceId: InstanceId.parse(row.id), assignedAt: row.created_at }),
    })
  }
}
