import type { Alert } from '@signet/shared/api/alerts'
import type { Page, PageQuery } from '@signet/shared/api/paging'
import type { Delivery, Webhook, webhooksApi } from '@signet/shared/api/webhooks'
import { AlertKind, type DeliveryState, WebhookEvent } from '@signet/shared/vocabulary/alerts'
import { dayMs } from '@signet/shared/vocabulary/time'
import { z } from 'zod'
import type { AuditLog } from '../audit/index.ts'
import type { Clock } from '../platform/clock.ts'
import { SequentialIds } from '../platform/identifiers.ts'
import type { RequestContext } from '../platform/request-context.ts'
import type { Secret } from '../platform/secret.ts'
import { SignetError } from '../platform/signet-error.ts'
import type { ChangeRecorder, Transactor, Tx } from '../platform/transaction.ts'
import { requireVersion } from '../platform/versions.ts'
import { triedForMs } from './delivery-rules.ts'
import type { WebhookSecrets } from './webhook-secrets.ts'
import { newWebhookSecret } from './webhook-signature.ts'
import { toDelivery, toWebhook } from './webhook-view.ts'
import type { DeliveryRow, WebhookRow, WebhooksStore } from './webhooks-store.ts'

export interface WebhooksParts {
  readonly store: WebhooksStore
  readonly secrets: WebhookSecrets
  readonly database: Transactor & ChangeRecorder
  readonly audit: AuditLog
  readonly clock: Clock
  readonly tenantId: string
  readonly dashboardUrl: string
  /** Whether receivers may be at private addresses, and so be reached by plain HTTP. */
  readonly allowPrivate: boolean
  /** Something was queued. */
  readonly queued: () => void
}

type Wish = z.output<typeof webhooksApi.add.body>
type Change = z.output<typeof webhooksApi.change.body> & { readonly expected: number | undefined }

/** A deployment that needs more has a distributor of its own. */
const mostWebhooks = 20
const overlapMs = dayMs

/** Receivers of alerts: who they are, and the queue of what is sent to them. The sending itself is the runner's. */
export class Webhooks {
  readonly #parts: WebhooksParts
  readonly #ids: SequentialIds

  constructor(parts: WebhooksParts) {
    this.#parts = parts
    this.#ids = new SequentialIds(parts.clock)
  }

  async list(): Promise<Webhook[]> {
    return Promise.all((await this.#parts.store.all()).map((row) => this.#shown(row)))
  }

  /** @throws SignetError `not_found` */
  async show(id: string): Promise<Webhook> {
    return this.#shown(await this.#require(id))
  }

  /** @throws SignetError `invalid_request` for an address that may not be called; `conflict` when there are 20 */
  async add(context: RequestContext, wish: Wish): Promise<{ webhook: Webhook; secret: Secret }> {
    const { store, secrets, database, audit, clock, tenantId } = this.#parts
    this.#checkAddress(wish.url)
    const id = this.#ids.next()
    const secret = newWebhookSecret()
    await database.transact(async (tx) => {
      if ((await store.all(tx)).length >= mostWebhooks) {
        throw new SignetError('conflict', `There are ${mostWebhooks} webhooks already.`, { fix: 'Remove one first.' })
      }
      const now = clock.now()
      await store.insert(tx, {
        ...{ id, tenant_id: tenantId, ...columnsOf(wish), enabled: 1, disabled_because: null },
        secret_enc: secrets.seal(id, 'secret_enc', secret),
        ...{ old_secret_enc: null, old_secret_until: null, version: 1, created_at: now, updated_at: now },
      })
      await audit.append(tx, context, { action: 'webhook.added', target: targetOf({ id, ...wish }), after: told(wish) })
      await database.changed(tx, { kind: 'webhook', id })
    })
    return { webhook: await this.show(id), secret }
  }

  /** @throws SignetError `not_found` | `precondition_failed` | `invalid_request` */
  async change(context: RequestContext, id: string, { expected, enabled, ...wish }: Change): Promise<Webhook> {
    const { store, audit, clock } = this.#parts
    this.#checkAddress(wish.url)
    return this.#act(id, async (tx, row) => {
      requireVersion(expected, row.version)
      const isSame = (row.enabled === 1) === enabled
      const because = enabled ? null : isSame ? row.disabled_because : 'operator'
      const change = { ...columnsOf(wish), enabled: enabled ? 1 : 0, disabled_because: because } as const
      await store.update(tx, row, { ...change, updated_at: clock.now() })
      await audit.append(tx, context, {
        action: 'webhook.changed',
        target: targetOf({ id, ...wish }),
        before: { ...told(wishOf(row)), enabled: row.enabled === 1 },
        after: { ...told(wish), enabled },
      })
    })
  }

  /** @throws SignetError `not_found` */
  async remove(context: RequestContext, id: string): Promise<void> {
    const { store, database, audit } = this.#parts
    await database.transact(async (tx) => {
      const row = await this.#require(id, tx)
      await store.remove(tx, id)
      await audit.append(tx, context, { action: 'webhook.removed', target: targetOf(row) })
      await database.changed(tx, { kind: 'webhook', id })
    })
  }

  /** The one before the last one is of no use from now on, even when its overlap lasts still. @throws SignetError `not_found` */
  async roll(context: RequestContext, id: string): Promise<{ webhook: Webhook; secret: Secret }> {
    const { store, secrets, audit, clock } = this.#parts
    const secret = newWebhookSecret()
    const webhook = await this.#act(id, async (tx, row) => {
      await store.update(tx, row, {
        secret_enc: secrets.seal(id, 'secret_enc', secret),
        old_secret_enc: secrets.seal(id, 'old_secret_enc', secrets.current(row)),
        old_secret_until: clock.now() + overlapMs,
        updated_at: clock.now(),
      })
      await audit.append(tx, context, { action: 'webhook.secret_rolled', target: targetOf(row) })
    })
    return { webhook, secret }
  }

  /** @throws SignetError `not_found`; `conflict` when it is disabled */
  async test(context: RequestContext, id: string): Promise<Delivery> {
    const { database, audit } = this.#parts
    const delivery = await database.transact(async (tx) => {
      const row = await this.#require(id, tx)
      if (row.enabled !== 1) throw new SignetError('conflict', 'The webhook is disabled.', { fix: 'Enable it first.' })
      const data = { webhook: { id, name: row.name }, message: 'A test message: the receiver can be reached.' }
      const queued = await this.#queue(tx, row, { event: 'webhook.test', alertId: null, data })
      await audit.append(tx, context, { action: 'webhook.tested', target: targetOf(row) })
      return queued
    })
    this.#parts.queued()
    return toDelivery(delivery)
  }

  /** @throws SignetError `not_found` | `invalid_request` for a foreign cursor */
  async deliveries(id: string, query: PageQuery & { state?: DeliveryState | undefined }): Promise<Page<Delivery>> {
    await this.#require(id)
    const { items, nextCursor } = await this.#parts.store.deliveries(id, query)
    return { items: items.map(toDelivery), nextCursor }
  }

  /** @throws SignetError `not_found` */
  async delivery(webhookId: string, id: string): Promise<Delivery> {
    const row = await this.#parts.store.delivery(webhookId, id)
    if (!row) throw noSuchDelivery()
    return toDelivery(row)
  }

  /** As a new message, but under its old ID. @throws SignetError `not_found`; `conflict` while it is being sent */
  async resend(context: RequestContext, webhookId: string, id: string): Promise<Delivery> {
    const { store, database, audit, clock } = this.#parts
    const delivery = await database.transact(async (tx) => {
      const row = await this.#require(webhookId, tx)
      const old = await store.delivery(webhookId, id, tx)
      if (!old) throw noSuchDelivery()
      if (row.enabled !== 1) throw new SignetError('conflict', 'The webhook is disabled.', { fix: 'Enable it first.' })
      if (old.lease_owner !== null && old.finished_at === null) {
        throw new SignetError('conflict', 'The message is being sent at this moment.')
      }
      const now = clock.now()
      await audit.append(tx, context, { action: 'webhook.resent', target: targetOf(row), after: { delivery: id } })
      await database.changed(tx, { kind: 'webhook', id: webhookId })
      return store.updateDelivery(tx, old, {
        ...{ state: 'waiting', attempt: 0, due_at: now, gives_up_at: now + triedForMs, lease_owner: null },
        ...{ finished_at: null, updated_at: now },
      })
    })
    this.#parts.queued()
    return toDelivery(delivery)
  }

  /** Queues what happened to an alert for everybody who wants to know, in the transaction in which it happened. */
  async publish(tx: Tx, event: WebhookEvent, alert: Alert): Promise<void> {
    const { store, dashboardUrl } = this.#parts
    const data = { ...alert, url: `${dashboardUrl}${alert.fix.path}` }
    for (const row of await store.all(tx)) {
      const { events, kinds } = wishOf(row)
      const isWanted = row.enabled === 1 && events.includes(event) && (kinds.length === 0 || kinds.includes(alert.kind))
      if (isWanted) await this.#queue(tx, row, { event, alertId: alert.id, data })
    }
  }

  async #queue(
    tx: Tx,
    { id: webhookId }: WebhookRow,
    message: { event: DeliveryRow['event']; alertId: string | null; data: object },
  ): Promise<DeliveryRow> {
    const { store, database, clock, tenantId } = this.#parts
    const now = clock.now()
    const { event, alertId, data } = message
    const payload = JSON.stringify({ type: event, timestamp: new Date(now).toISOString(), data })
    const row: DeliveryRow = {
      ...{ id: this.#ids.next(), tenant_id: tenantId, webhook_id: webhookId, alert_id: alertId, event, payload },
      ...{ state: 'waiting', attempt: 0, gives_up_at: now + triedForMs, due_at: now, lease_owner: null, fence: 0 },
      ...{ finished_at: null, status: null, answer: null, fault: null, duration_ms: null },
      ...{ version: 1, created_at: now, updated_at: now },
    }
    await store.insertDelivery(tx, row)
    await database.changed(tx, { kind: 'webhook', id: webhookId })
    return row
  }

  async #act(id: string, act: (tx: Tx, row: WebhookRow) => Promise<void>): Promise<Webhook> {
    const { database } = this.#parts
    await database.transact(async (tx) => {
      await act(tx, await this.#require(id, tx))
      await database.changed(tx, { kind: 'webhook', id })
    })
    return this.show(id)
  }

  async #require(id: string, tx?: Tx): Promise<WebhookRow> {
    const row = await this.#parts.store.find(id, tx)
    if (!row) throw new SignetError('not_found', 'There is no such webhook.')
    return row
  }

  async #shown(row: WebhookRow): Promise<Webhook> {
    const { store, clock } = this.#parts
    const [waiting, dead, last] = await Promise.all([
      store.countDeliveries(row.id, 'waiting'),
      store.countDeliveries(row.id, 'dead'),
      store.newestDelivery(row.id),
    ])
    return toWebhook(row, { ...wishOf(row), waiting, dead, last, now: clock.now() })
  }

  #checkAddress(url: string): void {
    if (url.startsWith('https:') || this.#parts.allowPrivate) return
    throw new SignetError('invalid_request', 'A webhook is called over HTTPS.', {
      fix: 'Give an address that begins with https://; SIGNET_WEBHOOK_ALLOW_PRIVATE=true allows plain HTTP to private addresses.',
    })
  }
}

function columnsOf({ name, url, events, kinds }: Wish) {
  return { name, url, events: JSON.stringify(events), kinds: JSON.stringify(kinds) }
}

function wishOf(row: WebhookRow): Wish {
  return {
    name: row.name,
    url: row.url,
    events: z.array(WebhookEvent).parse(JSON.parse(row.events)),
    kinds: z.array(AlertKind).parse(JSON.parse(row.kinds)),
  }
}

/** An address may hold a secret in its path: the audit log has its host. */
function told({ name, url, events, kinds }: Wish) {
  return { name, host: new URL(url).host, events, kinds }
}

function targetOf({ id, name }: { id: string; name: string }) {
  return { kind: 'webhook', id, label: name }
}

function noSuchDelivery(): SignetError {
  return new SignetError('not_found', 'There is no such delivery.', {
    fix: 'Deliveries that are over are kept for 30 days.',
  })
}
