import type { alertsApi } from '@signet/shared/api/alerts'
import type { webhooksApi } from '@signet/shared/api/webhooks'
import type { Handlers } from '../platform/http/contract-router.ts'
import type { Alerts } from './alerts.ts'
import type { Webhooks } from './webhooks.ts'

export function alertHandlers(alerts: Alerts): Handlers<typeof alertsApi> {
  return {
    list: ({ query }) => alerts.page(query),
    count: () => alerts.count(),
    show: ({ params }) => alerts.show(params.alertId),
    acknowledge: ({ params, body }, context) => alerts.acknowledge(context, params.alertId, body.note),
  }
}

export function webhookHandlers(webhooks: Webhooks): Handlers<typeof webhooksApi> {
  return {
    list: async () => ({ items: await webhooks.list() }),
    add: async ({ body }, context) => {
      const { webhook, secret } = await webhooks.add(context, body)
      return { webhook, secret: secret.reveal() }
    },
    show: ({ params }) => webhooks.show(params.webhookId),
    change: ({ params, body, ifMatch }, context) =>
      webhooks.change(context, params.webhookId, { ...body, expected: ifMatch }),
    remove: async ({ params }, context) => {
      await webhooks.remove(context, params.webhookId)
      return undefined
    },
    roll: async ({ params }, context) => {
      const { webhook, secret } = await webhooks.roll(context, params.webhookId)
      return { webhook, secret: secret.reveal() }
    },
    test: ({ params }, context) => webhooks.test(context, params.webhookId),
    deliveries: ({ params, query }) => webhooks.deliveries(params.webhookId, query),
    delivery: ({ params }) => webhooks.delivery(params.webhookId, params.deliveryId),
    resend: ({ params }, context) => webhooks.resend(context, params.webhookId, params.deliveryId),
  }
}
