import type { Page, PageQuery } from '@signet/shared/api/paging'
import { TokenTest, TraceSummary } from '@signet/shared/api/token-tests'
import { type Database, sqlOf } from '../platform/database/database.ts'
import type { Cursors } from '../platform/database/paging.ts'
import type { TokenTracesTable } from '../platform/database/schema.ts'
import type { Tx } from '../platform/transaction.ts'

const list = 'traces'

export interface TraceFilter extends PageQuery {
  readonly instanceId?: string | undefined
  readonly outcome?: 'ok' | 'failed' | undefined
}

/** SQL of finished tests. */
export class TokenTracesStore {
  readonly #database: Database
  readonly #cursors: Cursors
  readonly #tenantId: string

  constructor(database: Database, cursors: Cursors, tenantId: string) {
    this.#database = database
    this.#cursors = cursors
    this.#tenantId = tenantId
  }

  async insert(tx: Tx, test: TokenTest): Promise<void> {
    await sqlOf(tx)
      .insertInto('token_traces')
      .values({
        id: test.id,
        tenant_id: this.#tenantId,
        at: test.at,
        actor_label: test.actor,
        instance_id: test.instance.id,
        instance_name: test.instance.name,
        resource: test.resource,
        dialect: test.dialect,
        outcome: test.outcome === 'ok' ? 'ok' : 'failed',
        code: test.failure?.code ?? null,
        duration_ms: test.durationMs,
        result: JSON.stringify({ ...test, revealableUntil: null }),
      })
      .execute()
  }

  async find(id: string): Promise<TokenTest | undefined> {
    const row = await this.#database.read
      .selectFrom('token_traces')
      .select('result')
      .where('id', '=', id)
      .where('tenant_id', '=', this.#tenantId)
      .executeTakeFirst()
    return row && TokenTest.parse(JSON.parse(row.result))
  }

  async page(filter: TraceFilter): Promise<Page<TraceSummary>> {
    const [at, id] = this.#cursors.read(list, filter.cursor) ?? []
    let query = this.#database.read.selectFrom('token_traces').selectAll().where('tenant_id', '=', this.#tenantId)
    if (filter.instanceId) query = query.where('instance_id', '=', filter.instanceId)
    if (filter.outcome) query = query.where('outcome', '=', filter.outcome)
    if (at !== undefined && id !== undefined) {
      query = query.where((eb) =>
        eb.or([eb('at', '<', Number(at)), eb.and([eb('at', '=', Number(at)), eb('id', '<', id)])]),
      )
    }
    const rows = await query
      .orderBy('at', 'desc')
      .orderBy('id', 'desc')
      .limit(filter.limit + 1)
      .execute()
    return this.#cursors.page(rows, {
      list,
      limit: filter.limit,
      keyOf: (row) => [String(row.at), row.id],
      map: toSummary,
    })
  }

  /** Forgets tests from before an instant (epoch milliseconds), at most `most` of them. @returns how many */
  async forgetBefore(tx: Tx, at: number, most: number): Promise<number> {
    const result = await sqlOf(tx)
      .deleteFrom('token_traces')
      .where('id', 'in', (eb) => eb.selectFrom('token_traces').select('id').where('at', '<', at).limit(most))
      .executeTakeFirst()
    return Number(result.numDeletedRows)
  }
}

function toSummary(row: TokenTracesTable): TraceSummary {
  return TraceSummary.parse({
    id: row.id,
    at: row.at,
    actor: row.actor_label,
    instance: { id: row.instance_id, name: row.instance_name },
    resource: row.resource,
    dialect: row.dialect,
    durationMs: row.duration_ms,
    outcome: row.outcome,
    code: row.code,
  })
}
