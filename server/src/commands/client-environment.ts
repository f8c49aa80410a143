import { consoleApi } from '@signet/shared/api/console'
import { type InstanceSummary, resourcesApi } from '@signet/shared/api/resources'
import { readEndpoints } from '../agent/index.ts'
import type { Config } from '../platform/config.ts'
import { ConsoleClient } from './console-client.ts'

/** Everything a client of this deployment and of this machine's agent needs, by the names of `signet.env`. */
export async function clientEnvironment(config: Config): Promise<Record<string, string>> {
  const client = new ConsoleClient(config.dataDir)
  const deployment = await client.call(consoleApi.deployment, {})
  const endpoints = readEndpoints(config.agentDir)
  const instance = await instanceServedBy(client, endpoints.imdsUrl)
  return {
    SIGNET_AUTHORITY: deployment.authorityUrl,
    SIGNET_TENANT: deployment.tenantId,
    SIGNET_IMDS_URL: endpoints.imdsUrl,
    SIGNET_IDENTITY_ENDPOINT: endpoints.identityEndpoint,
    SIGNET_IDENTITY_HEADER: endpoints.identityHeader.reveal(),
    SIGNET_CA_FILE: deployment.caFile,
    SIGNET_DASHBOARD_URL: deployment.dashboardUrl,
    ...(instance && {
      SIGNET_INSTANCE_NAME: instance.name,
      SIGNET_INSTANCE_ID: instance.id,
      SIGNET_INSTANCE_RESOURCE_ID: instance.resourceId,
    }),
  }
}

async function instanceServedBy(client: ConsoleClient, imdsUrl: string): Promise<InstanceSummary | undefined> {
  const { items } = await client.call(resourcesApi.list, { query: { limit: '200' } })
  return items.find((instance) => instance.agent?.endpoints?.imdsUrl === imdsUrl) ?? items.find((one) => one.agent)
}

export function shellLines(variables: Record<string, string>): string {
  const quoted = (value: string) => `'${value.replaceAll("'", "'\\''")}'`
  return Object.entries(variables)
    .map(([name, value]) => `export ${name}=${quoted(value)}\n`)
    .join('')
}
