import type { Severity } from '@signet/shared/api/overview'
import type { Page, PageQuery } from '@signet/shared/api/paging'
import type { AlertKind, AlertState } from '@signet/shared/vocabulary/alerts'
import type { AlertsTable } from '../platform/database/alert-tables.ts'
import { type Database, sqlOf } from '../platform/database/database.ts'
import type { Cursors } from '../platform/database/paging.ts'
import type { Tx } from '../platform/transaction.ts'
import type { Trouble } from './alert.ts'

export type AlertRow = AlertsTable

/** SQL of alerts. */
export class AlertsStore {
  readonly #database: Database
  readonly #cursors: Cursors
  readonly #tenantId: string

  constructor(options: { database: Database; cursors: Cursors; tenantId: string }) {
    this.#database = options.database
    this.#cursors = options.cursors
    this.#tenantId = options.tenantId
  }

  async insert(tx: Tx, row: AlertRow): Promise<void> {
    await sqlOf(tx).insertInto('alerts').values(row).execute()
  }

  async update(tx: Tx, row: AlertRow, change: Partial<Omit<AlertRow, 'id' | 'version'>>): Promise<AlertRow> {
    return sqlOf(tx)
      .updateTable('alerts')
      .set({ ...change, version: row.version + 1 })
      .where('id', '=', row.id)
      .returningAll()
      .executeTakeFirstOrThrow()
  }

  find(id: string, tx?: Tx): Promise<AlertRow | undefined> {
    return (tx ? sqlOf(tx) : this.#database.read)
      .selectFrom('alerts')
      .selectAll()
      .where('tenant_id', '=', this.#tenantId)
      .where('id', '=', id)
      .executeTakeFirst()
  }

  /** The one that is not resolved. */
  unresolvedOf(tx: Tx, { kind, subject, threshold }: Pick<Trouble, 'kind' | 'subject' | 'threshold'>) {
    return sqlOf(tx)
      .selectFrom('alerts')
      .selectAll()
      .where('tenant_id', '=', this.#tenantId)
      .where('kind', '=', kind)
      .where('subject_kind', '=', subject.kind)
      .where('subject_id', '=', subject.id)
      .where('threshold', '=', threshold ?? 0)
      .where('resolved_at', 'is', null)
      .executeTakeFirst()
  }

  async countUnresolved(tx: Tx, kind: AlertKind): Promise<number> {
    const { count } = await sqlOf(tx)
      .selectFrom('alerts')
      .select((eb) => eb.fn.countAll<number>().as('count'))
      .where('tenant_id', '=', this.#tenantId)
      .where('kind', '=', kind)
      .where('resolved_at', 'is', null)
      .executeTakeFirstOrThrow()
    return Number(count)
  }

  /** All that are not resolved; their number is bounded, since many of one kind become one. */
  unresolved(tx?: Tx): Promise<AlertRow[]> {
    return (tx ? sqlOf(tx) : this.#database.read)
      .selectFrom('alerts')
      .selectAll()
      .where('tenant_id', '=', this.#tenantId)
      .where('resolved_at', 'is', null)
      .orderBy('id')
      .execute()
  }

  /** Newest first. */
  async page(query: PageQuery & { state: AlertState; kind?: AlertKind | undefined }): Promise<Page<AlertRow>> {
    const list = `alerts ${query.state} ${query.kind ?? ''}`
    const after = this.#cursors.read(list, query.cursor)?.[0]
    let rows = this.#database.read.selectFrom('alerts').selectAll().where('tenant_id', '=', this.#tenantId)
    rows =
      query.state === 'resolved'
        ? rows.where('resolved_at', 'is not', null)
        : rows
            .where('resolved_at', 'is', null)
            .where('acknowledged_at', query.state === 'acknowledged' ? 'is not' : 'is', null)
    if (query.kind) rows = rows.where('kind', '=', query.kind)
    if (after !== undefined) rows = rows.where('id', '<', after)
    const found = await rows
      .orderBy('id', 'desc')
      .limit(query.limit + 1)
      .execute()
    return this.#cursors.page(found, { list, limit: query.limit, keyOf: ({ id }) => [id], map: (row) => row })
  }

  /** How many are not resolved, by severity and whether somebody looks after them. */
  async counts(): Promise<{ severity: Severity; acknowledged: boolean; count: number }[]> {
    const rows = await this.#database.read
      .selectFrom('alerts')
      .select((eb) => [
        'severity',
        eb('acknowledged_at', 'is not', null).as('acknowledged'),
        eb.fn.countAll<number>().as('count'),
      ])
      .where('tenant_id', '=', this.#tenantId)
      .where('resolved_at', 'is', null)
      .groupBy(['severity', 'acknowledged'])
      .execute()
    return rows.map(({ severity, acknowledged, count }) => ({
      severity,
      acknowledged: Boolean(acknowledged),
      count: Number(count),
    }))
  }

  /** Forgets what was resolved before then. */
  async forgetBefore(at: number): Promise<void> {
    await this.#database.transact(async (tx) => {
      await sqlOf(tx).deleteFrom('alerts').where('resolved_at', '<', at).execute()
    })
  }
}
