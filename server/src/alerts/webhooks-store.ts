import type { Page, PageQuery } from '@signet/shared/api/paging'
import type { DeliveryState } from '@signet/shared/vocabulary/alerts'
import type { OutboxDeliveriesTable, WebhooksTable } from '../platform/database/alert-tables.ts'
import { type Database, sqlOf } from '../platform/database/database.ts'
import { claimDue } from '../platform/database/leases.ts'
import type { Cursors } from '../platform/database/paging.ts'
import type { Tx } from '../platform/transaction.ts'

export type WebhookRow = WebhooksTable
export type DeliveryRow = OutboxDeliveriesTable

/** A delivery leased to this process. */
export type ClaimedDelivery = Pick<DeliveryRow, 'id' | 'fence'>

/** SQL of webhooks and of what is sent to them. */
export class WebhooksStore {
  readonly #database: Database
  readonly #cursors: Cursors
  readonly #tenantId: string

  constructor(options: { database: Database; cursors: Cursors; tenantId: string }) {
    this.#database = options.database
    this.#cursors = options.cursors
    this.#tenantId = options.tenantId
  }

  async all(tx?: Tx): Promise<WebhookRow[]> {
    const rows = await this.#reader(tx)
      .selectFrom('webhooks')
      .selectAll()
      .where('tenant_id', '=', this.#tenantId)
      .orderBy('id')
      .execute()
    return this.#database.rows.allChecked('webhooks', rows)
  }

  async find(id: string, tx?: Tx): Promise<WebhookRow | undefined> {
    const row = await this.#reader(tx)
      .selectFrom('webhooks')
      .selectAll()
      .where('tenant_id', '=', this.#tenantId)
      .where('id', '=', id)
      .executeTakeFirst()
    return row && this.#database.rows.checked('webhooks', row)
  }

  async insert(tx: Tx, row: WebhookRow): Promise<void> {
    await sqlOf(tx).insertInto('webhooks').values(row).execute()
  }

  update(tx: Tx, row: WebhookRow, change: Partial<Omit<WebhookRow, 'id' | 'version'>>): Promise<WebhookRow> {
    return sqlOf(tx)
      .updateTable('webhooks')
      .set({ ...change, version: row.version + 1 })
      .where('id', '=', row.id)
      .returningAll()
      .executeTakeFirstOrThrow()
  }

  async remove(tx: Tx, id: string): Promise<void> {
    await sqlOf(tx).deleteFrom('outbox_deliveries').where('webhook_id', '=', id).execute()
    await sqlOf(tx).deleteFrom('webhooks').where('id', '=', id).execute()
  }

  async insertDelivery(tx: Tx, row: DeliveryRow): Promise<void> {
    await sqlOf(tx).insertInto('outbox_deliveries').values(row).execute()
  }

  delivery(webhookId: string, id: string, tx?: Tx): Promise<DeliveryRow | undefined> {
    return this.#reader(tx)
      .selectFrom('outbox_deliveries')
      .selectAll()
      .where('webhook_id', '=', webhookId)
      .where('id', '=', id)
      .executeTakeFirst()
  }

  newestDelivery(webhookId: string): Promise<DeliveryRow | undefined> {
    return this.#database.read
      .selectFrom('outbox_deliveries')
      .selectAll()
      .where('webhook_id', '=', webhookId)
      .orderBy('id', 'desc')
      .limit(1)
      .executeTakeFirst()
  }

  async countDeliveries(webhookId: string, state: DeliveryState): Promise<number> {
    const { count } = await this.#database.read
      .selectFrom('outbox_deliveries')
      .select((eb) => eb.fn.countAll<number>().as('count'))
      .where('webhook_id', '=', webhookId)
      .where('state', '=', state)
      .executeTakeFirstOrThrow()
    return Number(count)
  }

  /** Messages of all webhooks that are neither delivered nor given up. */
  async countUnfinished(): Promise<number> {
    const { count } = await this.#database.read
      .selectFrom('outbox_deliveries')
      .select((eb) => eb.fn.countAll<number>().as('count'))
      .where('finished_at', 'is', null)
      .executeTakeFirstOrThrow()
    return Number(count)
  }

  /** Newest first. */
  async deliveries(
    webhookId: string,
    query: PageQuery & { state?: DeliveryState | undefined },
  ): Promise<Page<DeliveryRow>> {
    const list = `deliveries ${webhookId} ${query.state ?? ''}`
    const after = this.#cursors.read(list, query.cursor)?.[0]
    let rows = this.#database.read.selectFrom('outbox_deliveries').selectAll().where('webhook_id', '=', webhookId)
    if (query.state) rows = rows.where('state', '=', query.state)
    if (after !== undefined) rows = rows.where('id', '<', after)
    const found = await rows
      .orderBy('id', 'desc')
      .limit(query.limit + 1)
      .execute()
    return this.#cursors.page(found, { list, limit: query.limit, keyOf: ({ id }) => [id], map: (row) => row })
  }

  /** Enabled webhooks that something is due for. */
  async due(now: number): Promise<string[]> {
    const rows = await this.#database.read
      .selectFrom('webhooks')
      .select('id')
      .where('tenant_id', '=', this.#tenantId)
      .where('enabled', '=', 1)
      .where((eb) =>
        eb.exists(
          eb
            .selectFrom('outbox_deliveries')
            .select('outbox_deliveries.id')
            .whereRef('webhook_id', '=', 'webhooks.id')
            .where('finished_at', 'is', null)
            .where('due_at', '<=', now),
        ),
      )
      .execute()
    return rows.map(({ id }) => id)
  }

  claim(
    tx: Tx,
    webhookId: string,
    options: { owner: string; now: number; leaseMs: number; limit: number },
  ): Promise<ClaimedDelivery[]> {
    return claimDue<ClaimedDelivery>(tx, {
      ...options,
      table: 'outbox_deliveries',
      within: { column: 'webhook_id', value: webhookId },
      order: ['due_at'],
      returning: ['id', 'fence'],
      countsAttempts: true,
    })
  }

  /** The delivery while this claim still holds, with its webhook. */
  async held(claim: ClaimedDelivery, tx?: Tx): Promise<{ delivery: DeliveryRow; webhook: WebhookRow } | undefined> {
    const delivery = await this.#reader(tx)
      .selectFrom('outbox_deliveries')
      .selectAll()
      .where('id', '=', claim.id)
      .where('fence', '=', claim.fence)
      .where('finished_at', 'is', null)
      .executeTakeFirst()
    const webhook = delivery && (await this.find(delivery.webhook_id, tx))
    return webhook && { delivery, webhook }
  }

  async updateDelivery(
    tx: Tx,
    row: DeliveryRow,
    change: Partial<Omit<DeliveryRow, 'id' | 'version'>>,
  ): Promise<DeliveryRow> {
    return sqlOf(tx)
      .updateTable('outbox_deliveries')
      .set({ ...change, version: row.version + 1 })
      .where('id', '=', row.id)
      .returningAll()
      .executeTakeFirstOrThrow()
  }

  /** Gives up what waits for a webhook that is not enabled, once its time is over. @returns of which webhooks */
  async giveUp(tx: Tx, now: number): Promise<readonly string[]> {
    const rows = await sqlOf(tx)
      .updateTable('outbox_deliveries')
      .set({ state: 'dead', finished_at: now, updated_at: now, fault: 'the webhook was disabled' })
      .where('finished_at', 'is', null)
      .where('gives_up_at', '<', now)
      .where('webhook_id', 'in', (eb) => eb.selectFrom('webhooks').select('webhooks.id').where('enabled', '=', 0))
      .returning('webhook_id')
      .execute()
    return [...new Set(rows.map((row) => row.webhook_id))]
  }

  async forgetBefore(tx: Tx, at: number): Promise<void> {
    await sqlOf(tx).deleteFrom('outbox_deliveries').where('finished_at', '<', at).execute()
  }

  #reader(tx: Tx | undefined) {
    return tx ? sqlOf(tx) : this.#database.read
  }
}
