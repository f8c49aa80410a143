import { AlertWatch, type WatchParts } from './alert-watch.ts'
import { Alerts, type AlertsParts } from './alerts.ts'
import { AlertsStore } from './alerts-store.ts'
import { DeliveryRunner, type RunnerParts } from './delivery-runner.ts'
import { WebhookSecrets } from './webhook-secrets.ts'
import { Webhooks, type WebhooksParts } from './webhooks.ts'
import { WebhooksStore } from './webhooks-store.ts'

/** The domain put together. */
export interface Alerting {
  readonly alerts: Alerts
  readonly watch: AlertWatch
  readonly webhooks: Webhooks
  readonly runner: DeliveryRunner
}

type Own = 'store' | 'secrets' | 'alerts' | 'publish' | 'queued'

export function openAlerting(
  parts: Omit<AlertsParts & WatchParts & WebhooksParts & RunnerParts, Own> &
    ConstructorParameters<typeof AlertsStore>[0] &
    ConstructorParameters<typeof WebhookSecrets>[0],
): Alerting {
  const store = new WebhooksStore(parts)
  const secrets = new WebhookSecrets(parts)
  const runner = new DeliveryRunner({ ...parts, store, secrets })
  const webhooks = new Webhooks({ ...parts, store, secrets, queued: () => runner.poke() })
  const alertsStore = new AlertsStore(parts)
  const alerts = new Alerts({
    ...parts,
    store: alertsStore,
    publish: (tx, event, alert) => webhooks.publish(tx, event, alert),
  })
  return { alerts, webhooks, runner, watch: new AlertWatch({ ...parts, store: alertsStore, alerts }) }
}
