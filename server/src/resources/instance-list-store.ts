import { InstanceSort } from '@signet/shared/api/resources'
import { type SqlBool, sql } from 'kysely'
import { type Database, sqlOf } from '../platform/database/database.ts'
import { allOf, type Condition, column } from '../platform/database/filter-sql.ts'
import { startsWith } from '../platform/database/match-sql.ts'
import type { Cursors } from '../platform/database/paging.ts'
import type { Tx } from '../platform/transaction.ts'
import { type CompiledFilter, type Driver, idColumns, idPattern } from './instance-filter.ts'
import type { InstanceListRow } from './instance-list-row.ts'

/** Rows that are few enough to be found by an index of their own and sorted afterwards. */
const fewRows = 2_000
export const mostCounted = 1_000
/** Values of one field that the filter box offers. */
const mostValues = 500

interface Order {
  readonly index: string
  /** What the list is sorted by, up to the ID that breaks ties. */
  readonly columns: readonly (keyof SortKeys)[]
}

interface SortKeys {
  name_key: string
  state: string
  kind: string
  agent: string
  agent_version: string
  expires_key: number
  rotation_key: number
  token_key: number
  created_at: number
  id: string
}

const orders = {
  name: { index: 'name', columns: ['name_key', 'id'] },
  state: { index: 'state', columns: ['state', 'name_key', 'id'] },
  kind: { index: 'kind', columns: ['kind', 'name_key', 'id'] },
  agent: { index: 'agent', columns: ['agent', 'name_key', 'id'] },
  'agent-version': { index: 'agent_version', columns: ['agent_version', 'name_key', 'id'] },
  expires: { index: 'expires', columns: ['expires_key', 'id'] },
  rotation: { index: 'rotation', columns: ['rotation_key', 'id'] },
  'last-token': { index: 'token', columns: ['token_key', 'id'] },
  created: { index: 'created', columns: ['created_at', 'id'] },
} as const satisfies Record<string, Order>

/** What the index of names has beside the name. */
const besideName: ReadonlySet<string> = new Set(['name', 'state', 'kind', 'agent'])

const numeric: ReadonlySet<string> = new Set(['expires_key', 'rotation_key', 'token_key', 'created_at'])

interface FoundPage {
  readonly items: readonly string[]
  readonly nextCursor: string | null
}

/** SQL of the read model behind the list of instances. */
export class InstanceListStore {
  readonly #database: Database
  readonly #cursors: Cursors
  readonly #tenantId: string

  constructor(database: Database, cursors: Cursors, tenantId: string) {
    this.#database = database
    this.#cursors = cursors
    this.#tenantId = tenantId
  }

  /** IDs of one page. @throws SignetError `invalid_request` for the cursor of another sorting */
  async page(query: {
    filter: CompiledFilter
    sort: InstanceSort
    cursor?: string | undefined
    limit: number
  }): Promise<FoundPage> {
    const { by, descending } = InstanceSort.read(query.sort)
    const order: Order = orders[by]
    const list = `instances ${query.sort}`
    const after = this.#cursors.read(list, query.cursor)
    const source = await this.#source(query.filter, order.index)
    const columns = order.columns.map((name) => sql.ref(name))
    const conditions = [this.#ofTenant(), source.condition, query.filter.condition]
    if (after) conditions.push(beyond(order, after, descending))
    const direction = sql.raw(descending ? 'DESC' : 'ASC')
    const { rows } = await sql<SortKeys>`
      SELECT ${sql.join(columns)} FROM instance_list ${source.hint} WHERE ${allOf(conditions)}
      ORDER BY ${sql.join(columns.map((each) => sql`${each} ${direction}`))} LIMIT ${query.limit + 1}
    `.execute(this.#database.read)
    return this.#cursors.page(rows, {
      list,
      limit: query.limit,
      keyOf: (row) => order.columns.map((name) => String(row[name])),
      map: (row) => row.id,
    })
  }

  /** How many match, counted no further than one more than `mostCounted`. */
  async count(filter: CompiledFilter): Promise<number> {
    // Without an order to keep, rows are walked by an index that has what they are asked for.
    const walked = filter.drivers.find(({ index }) => !besideName.has(index))?.index ?? 'name'
    const source = await this.#source(filter, walked)
    return this.#counted(source.hint, allOf([this.#ofTenant(), source.condition, filter.condition]), mostCounted + 1)
  }

  /**
   * How many rows have each value, from the counters. Of what people and agents make up the most frequent are told; a state
   * is told however rare it is, since the numbers of the overview are these.
   */
  async counts(): Promise<{ field: string; value: string; count: number }[]> {
    const counted = this.#database.read
      .selectFrom('instance_counts')
      .select(['field', 'value', 'count'])
      .where('tenant_id', '=', this.#tenantId)
      .where('count', '>', 0)
    const named = counted.where('field', 'in', ['state', 'kind', 'agent'])
    const frequent = (field: 'agent-version' | 'tag') =>
      counted.where('field', '=', field).orderBy('count', 'desc').limit(mostValues)
    const found = await Promise.all([named, frequent('agent-version'), frequent('tag')].map((each) => each.execute()))
    return found.flat()
  }

  async all(): Promise<number> {
    const row = await this.#database.read
      .selectFrom('instance_counts')
      .select('count')
      .where('tenant_id', '=', this.#tenantId)
      .where('field', '=', 'all')
      .executeTakeFirst()
    return row?.count ?? 0
  }

  /** Rows whose state time alone may have changed by now. */
  async due(now: number, most: number): Promise<string[]> {
    const rows = await this.#database.read
      .selectFrom('instance_list')
      .select('id')
      .where('look_at', '<=', now)
      .orderBy('look_at')
      .limit(most)
      .execute()
    return rows.map((row) => row.id)
  }

  async write(tx: Tx, row: InstanceListRow): Promise<void> {
    const values = {
      id: row.id,
      tenant_id: this.#tenantId,
      name_key: row.nameKey,
      kind: row.kind,
      state: row.state,
      principal_id: row.principalId,
      client_id: row.clientId,
      agent: row.agent,
      agent_version: row.agentVersion,
      expires_key: row.expiresAt,
      rotation_key: row.rotationAt,
      token_key: row.tokenHour,
      created_at: row.createdAt,
      look_at: row.lookAt,
    }
    const { id: _, name_key: __, kind: ___, created_at: ____, tenant_id: _____, ...changing } = values
    await sqlOf(tx)
      .insertInto('instance_list')
      .values(values)
      .onConflict((conflict) =>
        conflict.column('id').doUpdateSet({
          ...changing,
          // Uses are told faster than they can be read; those of an earlier principal are none of this one's.
          token_key: sql<number>`iif(instance_list.principal_id IS excluded.principal_id,
            max(instance_list.token_key, excluded.token_key), excluded.token_key)`,
        }),
      )
      .execute()
  }

  async remove(tx: Tx, ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return
    await sqlOf(tx).deleteFrom('instance_list').where('id', 'in', ids).execute()
  }

  /** Of each principal the hour of its newest token, be it an instance's own or a user-assigned one; an older one changes nothing. */
  async used(tx: Tx, hours: ReadonlyMap<string, number>): Promise<void> {
    for (const [principalId, hour] of hours) {
      await sqlOf(tx)
        .updateTable('user_identities')
        .set({ token_key: hour })
        .where('id', '=', principalId)
        .where('token_key', '<', hour)
        .execute()
      await sqlOf(tx)
        .updateTable('instance_list')
        .set({ token_key: hour })
        .where('principal_id', '=', principalId)
        .where('token_key', '<', hour)
        .execute()
    }
  }

  /** Agents connect anew after a start; until then none is. What follows from it is looked at again. */
  async nobodyConnected(tx: Tx): Promise<void> {
    await sqlOf(tx)
      .updateTable('instance_list')
      .set({ agent: 'silent', look_at: 0 })
      .where('tenant_id', '=', this.#tenantId)
      .where('agent', '=', 'connected')
      .execute()
  }

  async progress(): Promise<number> {
    const row = await this.#database.read.selectFrom('instance_list_progress').select('seq').executeTakeFirstOrThrow()
    return row.seq
  }

  async proceed(tx: Tx, seq: number): Promise<void> {
    await sqlOf(tx).updateTable('instance_list_progress').set({ seq }).execute()
  }

  /** Where the rows come from: the index that finds fewest of them, or the one that has them in order. */
  async #source(filter: CompiledFilter, sortIndex: string) {
    const inOrder = { hint: indexed(sortIndex), condition: sql<SqlBool>`1` as Condition }
    let best: { size: number; hint: typeof inOrder.hint; condition: Condition } = { ...inOrder, size: fewRows }
    const searches = [
      ...filter.words.map((word) => (most: number) => this.#withWord(word, most)),
      ...filter.tags.map((tag) => (most: number) => this.#withTag(tag, most)),
    ]
    for (const search of searches) {
      const rows = await search(best.size + 1)
      if (rows.length > best.size) continue
      const condition = sql<SqlBool>`seq IN (SELECT value FROM json_each(${JSON.stringify(rows)}))`
      best = { size: rows.length, hint: sql`NOT INDEXED`, condition }
    }
    for (const { index, condition } of filter.drivers) {
      const size = await this.#driverSize({ index, condition }, best.size + 1)
      if (size <= best.size && index !== sortIndex) best = { size, hint: indexed(index), condition: sql<SqlBool>`1` }
    }
    return best
  }

  #driverSize({ index, condition }: Driver, most: number): Promise<number> {
    return this.#counted(indexed(index), allOf([this.#ofTenant(), condition]), most)
  }

  async #counted(hint: ReturnType<typeof indexed>, condition: Condition, most: number): Promise<number> {
    const { rows } = await sql<{ count: number }>`
      SELECT count(*) AS count FROM (SELECT 1 FROM instance_list ${hint} WHERE ${condition} LIMIT ${most})
    `.execute(this.#database.read)
    return rows[0]?.count ?? 0
  }

  /** Rows that have the word: trigrams find names that may have it, and the names themselves decide. */
  async #withWord(word: string, most: number): Promise<number[]> {
    const inNames = await sql<{ seq: number }>`
      SELECT instance_list.seq AS seq FROM instance_names JOIN instance_list ON instance_list.seq = instance_names.rowid
      WHERE instance_names MATCH ${trigramsOf(word)} AND instr(name_key, ${word}) > 0 AND ${this.#ofTenant()} LIMIT ${most}
    `.execute(this.#database.read)
    const found = new Set(inNames.rows.map((row) => row.seq))
    if (found.size >= most || !idPattern.test(word)) return [...found]
    // The sign keeps the tenant's own indexes out of it: they would read every row.
    for (const name of idColumns) {
      const { rows } = await sql<{ seq: number }>`
        SELECT seq FROM instance_list WHERE ${startsWith(column(name), word)} AND +tenant_id = ${this.#tenantId} LIMIT ${most}
      `.execute(this.#database.read)
      for (const row of rows) found.add(row.seq)
    }
    return [...found]
  }

  async #withTag(tag: Condition, most: number): Promise<number[]> {
    const { rows } = await sql<{ seq: number }>`
      SELECT DISTINCT instance_list.seq AS seq FROM resource_tags JOIN instance_list ON instance_list.id = resource_id
      WHERE resource_tags.tenant_id = ${this.#tenantId} AND ${tag} LIMIT ${most}
    `.execute(this.#database.read)
    return rows.map((row) => row.seq)
  }

  #ofTenant(): Condition {
    return sql<SqlBool>`tenant_id = ${this.#tenantId}`
  }
}

const mostTrigrams = 24

/** The search for names that have every trigram of the word, each of them quoted. */
function trigramsOf(word: string): string {
  const letters = [...word]
  const trigrams = letters.slice(2).map((_, index) => letters.slice(index, index + 3).join(''))
  const some = [...new Set(trigrams)].slice(0, mostTrigrams)
  return some.map((trigram) => `"${trigram.replaceAll('"', '""')}"`).join(' AND ')
}

/** @param index one of the indexes above, never a name from outside */
function indexed(index: string) {
  return sql`INDEXED BY ${sql.ref(`instance_list_${index}`)}`
}

/** Rows behind the last one of the page before, in the order of the list. */
function beyond(order: Order, after: readonly string[], descending: boolean): Condition {
  const columns = sql.join(order.columns.map((name) => sql.ref(name)))
  const values = sql.join(order.columns.map((name, index) => sql`${keyValue(name, after[index])}`))
  return sql<SqlBool>`(${columns}) ${sql.raw(descending ? '<' : '>')} (${values})`
}

function keyValue(name: string, text: string | undefined): string | number {
  return numeric.has(name) ? Number(text) : (text ?? '')
}
