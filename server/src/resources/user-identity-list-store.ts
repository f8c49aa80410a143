import type { Page, PageQuery } from '@signet/shared/api/paging'
import { UserIdentitySort } from '@signet/shared/api/user-identities'
import { InstanceId } from '@signet/shared/vocabulary/identifiers'
import { type SqlBool, sql } from 'kysely'
import type { Database } from '../platform/database/database.ts'
import { allOf, type Condition } from '../platform/database/filter-sql.ts'
import type { UserIdentitiesTable } from '../platform/database/identity-tables.ts'
import type { Cursors } from '../platform/database/paging.ts'
import { toUserIdentity } from './user-identities-store.ts'
import type { UserIdentity } from './user-identity.ts'

export const mostIdentitiesCounted = 1_000

const orders = {
  name: ['name_key', 'id'],
  group: ['group_key', 'name_key', 'id'],
  state: ['state', 'name_key', 'id'],
  instances: ['instances', 'name_key', 'id'],
  'last-token': ['token_key', 'id'],
  created: ['created_at', 'id'],
} as const satisfies Record<string, readonly (keyof UserIdentitiesTable)[]>

const numeric: ReadonlySet<string> = new Set(['instances', 'token_key', 'created_at'])

/** SQL of the lists of user-assigned identities. */
export class UserIdentityListStore {
  readonly #database: Database
  readonly #cursors: Cursors
  readonly #tenantId: string

  constructor(database: Database, cursors: Cursors, tenantId: string) {
    this.#database = database
    this.#cursors = cursors
    this.#tenantId = tenantId
  }

  async page(query: {
    condition: Condition
    sort: UserIdentitySort
    cursor?: string | undefined
    limit: number
  }): Promise<Page<UserIdentity>> {
    const { by, descending } = UserIdentitySort.read(query.sort)
    const columns = orders[by]
    const list = `user-identities ${query.sort}`
    const after = this.#cursors.read(list, query.cursor)
    const names = columns.map((name) => sql.ref(name))
    const conditions = [this.#ofTenant(), query.condition]
    if (after) {
      const values = columns.map((name, index) => sql`${numeric.has(name) ? Number(after[index]) : after[index]}`)
      const sign = sql.raw(descending ? '<' : '>')
      conditions.push(sql<SqlBool>`(${sql.join(names)}) ${sign} (${sql.join(values)})`)
    }
    const direction = sql.raw(descending ? 'DESC' : 'ASC')
    const { rows } = await sql<UserIdentitiesTable>`
      SELECT * FROM user_identities WHERE ${allOf(conditions)}
      ORDER BY ${sql.join(names.map((each) => sql`${each} ${direction}`))} LIMIT ${query.limit + 1}
    `.execute(this.#database.read)
    return this.#cursors.page(rows, {
      list,
      limit: query.limit,
      keyOf: (row) => columns.map((name) => String(row[name])),
      map: toUserIdentity,
    })
  }

  /** How many match, counted no further than one more than `mostIdentitiesCounted`. */
  async count(condition: Condition): Promise<number> {
    const { rows } = await sql<{ count: number }>`
      SELECT count(*) AS count FROM (SELECT 1 FROM user_identities
      WHERE ${allOf([this.#ofTenant(), condition])} LIMIT ${mostIdentitiesCounted + 1})
    `.execute(this.#database.read)
    return rows[0]?.count ?? 0
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

  #ofTenant(): Condition {
    return sql<SqlBool>`tenant_id = ${this.#tenantId}`
  }
}
