import { InstanceSort } from '@signet/shared/api/resources'
import { type RawBuilder, type SqlBool, sql } from 'kysely'
import { type Database, sqlOf } from '../platform/database/database.ts'
import { allOf, type Condition, column } from '../platform/database/filter-sql.ts'
import { startsWith } from '../platform/database/match-sql.ts'
import type { Cursors } from '../platform/database/paging.ts'
import type { Tx } from '../platform/transaction.ts'
import { type CompiledFilter, idColumns, type Sought } from './instance-filter.ts'
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

/** Rows to read from, in the order of what they are read by, and what they must meet. */
interface Source {
  readonly rows: RawBuilder<unknown>
  readonly condition: Condition
  /** What the rows come sorted by, if it is not the columns of the sorting. */
  readonly sortedBy?: readonly string[]
}

/** Where the rows of a filter are. */
export interface FoundRows {
  readonly filter: CompiledFilter
  /** How they are found when they are few. */
  readonly few: Source | undefined
  /** How they are read in the order of the names when they are many. */
  readonly ordered: Sought | undefined
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

  /** Where the rows of a filter are: found by the part of it that leaves fewest, where one leaves few. */
  async find(filter: CompiledFilter): Promise<FoundRows> {
    const sought = await Promise.all(filter.sought.map((each) => this.#byRarestTerm(each)))
    const parts = [
      ...sought.map((each) => ({ sized: (most: number) => this.#soughtSize(each, most), source: bySeq(each) })),
      ...filter.drivers.map(({ index, condition }) => {
        const source = { rows: indexed(index), condition: allOf([]) }
        return { sized: (most: number) => this.#counted({ ...source, condition }, most), source }
      }),
    ]
    let few: { size: number; source: Source } | undefined
    for (const { sized, source } of parts) {
      const most = few?.size ?? fewRows + 1
      const size = await sized(most)
      if (size < most) few = { size, source }
    }
    const ordered = sought.find(({ terms, idStart }) => terms.length === 1 && idStart === undefined)
    return { filter, few: few?.source, ordered }
  }

  /** IDs of one page. @throws SignetError `invalid_request` for the cursor of another sorting */
  async page(
    found: FoundRows,
    query: { sort: InstanceSort; cursor?: string | undefined; limit: number },
  ): Promise<FoundPage> {
    const { by, descending } = InstanceSort.read(query.sort)
    const order: Order = orders[by]
    const list = `instances ${query.sort}`
    const after = this.#cursors.read(list, query.cursor)
    const source = found.few ?? (by === 'name' ? inNameOrder(found, after?.[0], descending) : undefined)
    const { rows: from, condition, sortedBy = order.columns } = source ?? walking(order.index, found.filter)
    const conditions = [this.#ofTenant(), condition]
    if (found.few) conditions.push(found.filter.condition)
    if (after) conditions.push(beyond(order, after, descending))
    const direction = sql.raw(descending ? 'DESC' : 'ASC')
    const { rows } = await sql<SortKeys>`
      SELECT ${sql.join(order.columns.map((name) => sql.ref(name)))} FROM ${from} WHERE ${allOf(conditions)}
      ORDER BY ${sql.join(sortedBy.map((name) => sql`${sql.ref(name)} ${direction}`))} LIMIT ${query.limit + 1}
    `.execute(this.#database.read)
    return this.#cursors.page(rows, {
      list,
      limit: query.limit,
      keyOf: (row) => order.columns.map((name) => String(row[name])),
      map: (row) => row.id,
    })
  }

  /** Those of these IDs that are in the list, in its order. */
  async inOrder(ids: readonly string[], sort: InstanceSort): Promise<string[]> {
    const { by, descending } = InstanceSort.read(sort)
    const columns: readonly (keyof SortKeys)[] = orders[by].columns
    const direction = descending ? 'desc' : 'asc'
    const rows = await columns
      .reduce(
        (query, name) => query.orderBy(name, direction),
        // The sign keeps the index of the sorting out of it, which would read every row.
        this.#database.read
          .selectFrom('instance_list')
          .select('id')
          .where('id', 'in', ids)
          .where(sql<SqlBool>`+tenant_id = ${this.#tenantId}`),
      )
      .execute()
    return rows.map((row) => row.id)
  }

  /** How many match, counted no further than one more than `mostCounted`. */
  count({ filter, few, ordered }: FoundRows): Promise<number> {
    const most = mostCounted + 1
    if (few) return this.#counted({ ...few, condition: allOf([few.condition, filter.condition]) }, most)
    if (ordered) return ordered.rest ? this.#counted(withTerm(ordered), most) : this.#soughtSize(ordered, most)
    // Without an order to keep, rows are walked by an index that has what they are asked for.
    const [driver] = filter.drivers
    const isAlone = filter.sought.length === 0 && filter.drivers.length === 1
    const walked = isAlone ? driver : filter.drivers.find(({ index }) => !besideName.has(index))
    return this.#counted(walking(walked?.index ?? 'name', filter), most)
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

  /** Of the terms of which one will do, the one that fewest rows have. */
  async #byRarestTerm(sought: Sought): Promise<Sought> {
    if (sought.terms.length < 2) return sought
    const { rows } = await sql<{ term: string }>`
      SELECT value AS term FROM json_each(${JSON.stringify(sought.terms)}) ORDER BY
        (SELECT count(*) FROM (SELECT 1 FROM instance_terms WHERE term = value LIMIT ${mostCounted})), key LIMIT 1
    `.execute(this.#database.read)
    return { ...sought, terms: rows.map(({ term }) => term) }
  }

  /** How many have it, counted up to `most`; a row that has it in two ways counts twice. */
  async #soughtSize(sought: Sought, most: number): Promise<number> {
    const byTerm = await this.#sized(sql`instance_terms WHERE ${termCondition(sought)}`, most)
    if (sought.idStart === undefined || byTerm >= most) return byTerm
    return byTerm + (await this.#sized(sql`(${idsFrom(sought.idStart)})`, most - byTerm))
  }

  #counted({ rows, condition }: Source, most: number): Promise<number> {
    return this.#sized(sql`${rows} WHERE ${allOf([this.#ofTenant(), condition])}`, most)
  }

  async #sized(from: RawBuilder<unknown>, most: number): Promise<number> {
    const { rows } = await sql<{ count: number }>`
      SELECT count(*) AS count FROM (SELECT 1 FROM ${from} LIMIT ${most})
    `.execute(this.#database.read)
    return rows[0]?.count ?? 0
  }

  #ofTenant(): Condition {
    return sql<SqlBool>`tenant_id = ${this.#tenantId}`
  }
}

/** @param index one of the indexes above, never a name from outside */
function indexed(index: string): RawBuilder<unknown> {
  return sql`instance_list INDEXED BY ${sql.ref(`instance_list_${index}`)}`
}

/** Every row, by an index that has them in the order that is asked for. */
function walking(index: string, filter: CompiledFilter): Source {
  return { rows: indexed(index), condition: filter.condition }
}

function termCondition({ terms, condition }: Sought): Condition {
  return allOf([condition, ...terms.map((term) => sql<SqlBool>`term = ${term}`)])
}

/** Rows that have a word or a tag, to be sorted afterwards. */
function bySeq(sought: Sought): Source {
  const byTerm = sql`SELECT seq FROM instance_terms WHERE ${termCondition(sought)}`
  const all = sought.idStart === undefined ? byTerm : sql`${byTerm} UNION ALL ${idsFrom(sought.idStart)}`
  return { rows: sql`instance_list NOT INDEXED`, condition: sql<SqlBool>`seq IN (${all})` }
}

/** `seq` of rows one of whose IDs begins so. */
function idsFrom(start: string): RawBuilder<unknown> {
  return sql.join(
    idColumns.map((name) => sql`SELECT seq FROM instance_list WHERE ${startsWith(column(name), start)}`),
    sql` UNION ALL `,
  )
}

/** Rows with one term, in the order of the names. */
function withTerm(sought: Sought, fromName?: Condition): Source {
  const where = allOf(fromName ? [termCondition(sought), fromName] : [termCondition(sought)])
  return {
    rows: sql`(SELECT name_key AS term_name, seq AS term_seq FROM instance_terms WHERE ${where})
      CROSS JOIN instance_list ON seq = term_seq`,
    condition: sought.rest ?? allOf([]),
    sortedBy: ['term_name', 'id'],
  }
}

/** Many rows in the order of the names, read from where the page before ended; undefined when only a walk has them so. */
function inNameOrder(
  { filter, ordered }: FoundRows,
  after: string | undefined,
  descending: boolean,
): Source | undefined {
  if (ordered) {
    const bound = sql<SqlBool>`name_key ${sql.raw(descending ? '<=' : '>=')} ${after}`
    return withTerm(ordered, after === undefined ? undefined : bound)
  }
  const driver = filter.drivers.find((each) => each.inNameOrder)
  return driver && walking(driver.index, filter)
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
