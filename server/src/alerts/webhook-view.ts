import { Delivery, Webhook } from '@signet/shared/api/webhooks'
import type { DeliveryRow, WebhookRow } from './webhooks-store.ts'

export function toWebhook(
  row: WebhookRow,
  facts: Pick<Webhook, 'events' | 'kinds' | 'waiting' | 'dead'> & { last: DeliveryRow | undefined; now: number },
): Webhook {
  const { last, now, ...shown } = facts
  const { old_secret_until: until } = row
  return Webhook.parse({
    ...shown,
    id: row.id,
    name: row.name,
    url: row.url,
    enabled: row.enabled === 1,
    disabledBecause: row.disabled_because,
    oldSecretUntil: until !== null && until > now ? until : null,
    last: last ? { state: last.state, at: last.finished_at ?? last.created_at, status: last.status } : null,
    createdAt: row.created_at,
    version: row.version,
  })
}

export function toDelivery(row: DeliveryRow): Delivery {
  return Delivery.parse({
    id: row.id,
    event: row.event,
    state: row.state,
    attempts: row.attempt,
    createdAt: row.created_at,
    dueAt: row.finished_at === null ? row.due_at : null,
    finishedAt: row.finished_at,
    payload: row.payload,
    status: row.status,
    answer: row.answer,
    fault: row.fault,
    durationMs: row.duration_ms,
  })
}
