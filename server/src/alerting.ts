import { type Alerting, openAlerting } from './alerts/index.ts'
import type { Config } from './platform/config.ts'
import type { Lifecycle } from './platform/lifecycle.ts'
import { callOutbound, trustedCas } from './platform/outbound.ts'
import type { ResourceManager } from './resources/index.ts'

type Given = Omit<Parameters<typeof openAlerting>[0], 'dashboardUrl' | 'allowPrivate' | 'instanceOfAgent' | 'post'>

/** Begins to look for what to alert of, and to send what is queued, over connections as the settings allow them. @throws StartupError */
export function startAlerting(
  parts: Given & { config: Config; lifecycle: Lifecycle; resources: Pick<ResourceManager, 'ofAgent'> },
): Alerting {
  const { config, lifecycle, resources, clock } = parts
  const { caFile, allowPrivate } = config.webhooks
  const guard = { ca: trustedCas(caFile, 'SIGNET_WEBHOOK_CA_FILE'), allowPrivate, clock }
  const alerting = openAlerting({
    ...parts,
    dashboardUrl: config.dashboardUrl,
    allowPrivate,
    instanceOfAgent: async (agentId, tx) => (await resources.ofAgent(agentId, tx))[0],
    post: (call) => callOutbound({ ...call, ...guard, method: 'POST' }),
  })
  alerting.watch.start()
  alerting.runner.start()
  lifecycle.started('alerts', async () => {
    await alerting.watch.stop()
    await alerting.runner.stop()
  })
  return alerting
}
