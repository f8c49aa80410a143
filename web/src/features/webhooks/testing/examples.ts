import { Delivery, Webhook } from '@signet/shared/api/webhooks'

export const exampleWebhook = Webhook.parse({
  id: '01890000-0000-7000-8000-000000000002',
  name: 'pager',
  url: 'https://hooks.example/in?key=1',
  events: ['alert.opened'],
  kinds: [],
  enabled: true,
  disabledBecause: null,
  oldSecretUntil: null,
  waiting: 1,
  dead: 0,
  last: { state: 'waiting', at: 1, status: 500 },
  createdAt: 1,
  version: 3,
})

export const exampleDelivery = Delivery.parse({
  id: '01890000-0000-7000-8000-000000000003',
  event: 'alert.opened',
  state: 'dead',
  attempts: 9,
  createdAt: 1,
  dueAt: null,
  finishedAt: 2,
  payload: '{"type":"alert.opened"}',
  status: 500,
  answer: '<h1>broken</h1>',
  fault: null,
  durationMs: 12,
})
