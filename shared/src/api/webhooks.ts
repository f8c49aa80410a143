import { z } from 'zod'
import { AlertKind, DeliveryState, WebhookEvent } from '../vocabulary/alerts.ts'
import { DeliveryId, WebhookId } from '../vocabulary/identifiers.ts'
import { Instant } from '../vocabulary/time.ts'
import { route } from './contract.ts'
import { PageQuery, pageOf } from './paging.ts'

/** `https`, or `http` where a setting allows private addresses; without user and password, which would be shown to everybody. */
const ReceiverUrl = z
  .url({ protocol: /^https?$/ })
  .max(2_000)
  .refine((text) => !/^[^/]*\/\/[^/]*@/.test(text), 'give no user and password in the address')

/** Printable, so that nothing hides in it. */
const WebhookName = z
  .string()
  .trim()
  .min(1)
  .max(60)
  .regex(/^[^\p{Cc}\p{Cf}]*$/u, 'no control characters')

/** What a webhook is told of; no kinds mean all of them. */
const WebhookWish = z.strictObject({
  name: WebhookName,
  url: ReceiverUrl,
  events: z.array(WebhookEvent).min(1).max(10).default(['alert.opened', 'alert.resolved']),
  kinds: z.array(AlertKind).max(20).default([]),
})

/** Somebody else's server that is told of alerts, by requests it can check the signature of. */
export const Webhook = z.object({
  id: WebhookId,
  name: z.string(),
  url: z.string(),
  events: z.array(WebhookEvent),
  kinds: z.array(AlertKind),
  enabled: z.boolean(),
  /** Why it is not enabled: somebody disabled it, or it answered 410 Gone. */
  disabledBecause: z.enum(['operator', 'gone']).nullable(),
  /** Until when requests are signed with the secret before the last roll, too. */
  oldSecretUntil: Instant.nullable(),
  waiting: z.int(),
  dead: z.int(),
  /** Of the newest delivery. */
  last: z.object({ state: DeliveryState, at: Instant, status: z.int().nullable() }).nullable(),
  createdAt: Instant,
  version: z.int(),
})
export type Webhook = z.infer<typeof Webhook>

/** One message to one receiver, kept for 30 days. Its ID is the `webhook-id` of every attempt. */
export const Delivery = z.object({
  id: DeliveryId,
  event: z.union([WebhookEvent, z.literal('webhook.test')]),
  state: DeliveryState,
  attempts: z.int(),
  createdAt: Instant,
  /** Of an attempt that is to come. */
  dueAt: Instant.nullable(),
  finishedAt: Instant.nullable(),
  /** What is sent, to the byte. */
  payload: z.string(),
  /** Of the last attempt: HTTP status, the first KiB of the answer, and why there was none. */
  status: z.int().nullable(),
  answer: z.string().nullable(),
  fault: z.string().nullable(),
  durationMs: z.int().nullable(),
})
export type Delivery = z.infer<typeof Delivery>

/** `whsec_` and 32 random bytes in base64; shown this once. */
const WebhookSecret = z.string()

const params = z.object({ webhookId: WebhookId })
const deliveryParams = params.extend({ deliveryId: DeliveryId })
const access = 'webhooks.write'

export const webhooksApi = {
  list: route({
    method: 'GET',
    path: '/webhooks',
    summary: 'Every webhook; addresses often hold a secret, so that only those see them who may change them',
    access,
    response: z.object({ items: z.array(Webhook) }),
  }),
  add: route({
    method: 'POST',
    path: '/webhooks',
    summary: 'Add a webhook; the answer has its secret, once',
    access,
    body: WebhookWish,
    response: z.object({ webhook: Webhook, secret: WebhookSecret }),
    status: 201,
    secret: true,
  }),
  show: route({
    method: 'GET',
    path: '/webhooks/:webhookId',
    summary: 'One webhook',
    access,
    params,
    response: Webhook,
  }),
  change: route({
    method: 'PUT',
    path: '/webhooks/:webhookId',
    summary: 'Change what a webhook is told of and where; what waits goes to the new address',
    access,
    params,
    body: WebhookWish.extend({ enabled: z.boolean().default(true) }),
    response: Webhook,
    ifMatch: true,
  }),
  remove: route({
    method: 'DELETE',
    path: '/webhooks/:webhookId',
    summary: 'Remove a webhook with its deliveries',
    access,
    params,
    status: 204,
  }),
  roll: route({
    method: 'POST',
    path: '/webhooks/:webhookId/secret',
    summary: 'Make a new secret, shown once; for 24 hours requests are signed with the old one, too',
    access,
    params,
    body: z.strictObject({}),
    response: z.object({ webhook: Webhook, secret: WebhookSecret }),
    secret: true,
  }),
  test: route({
    method: 'POST',
    path: '/webhooks/:webhookId/test',
    summary: 'Send a test message through the same queue',
    access,
    params,
    body: z.strictObject({}),
    response: Delivery,
    status: 201,
  }),
  deliveries: route({
    method: 'GET',
    path: '/webhooks/:webhookId/deliveries',
    summary: 'What was sent to a webhook and is to be sent, newest first',
    access,
    params,
    query: PageQuery.extend({ state: DeliveryState.optional() }),
    response: pageOf(Delivery),
  }),
  delivery: route({
    method: 'GET',
    path: '/webhooks/:webhookId/deliveries/:deliveryId',
    summary: 'One delivery',
    access,
    params: deliveryParams,
    response: Delivery,
  }),
  resend: route({
    method: 'POST',
    path: '/webhooks/:webhookId/deliveries/:deliveryId/resend',
    summary: 'Send a finished delivery again, under the same webhook-id',
    access,
    params: deliveryParams,
    body: z.strictObject({}),
    response: Delivery,
  }),
}
