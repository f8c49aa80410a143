import { consoleApi } from '@signet/shared/api/console'
import { endpointIn, type InstanceSummary, resourcesApi } from '@signet/shared/api/resources'
import type { WorkloadDialect } from '@signet/shared/wire/agent-protocol'
import { type LocalEndpoints, readEndpoints, tokenFileVariables, variablesOf } from '../agent/index.ts'
import type { Config } from '../platform/config.ts'
import type { Secret } from '../platform/secret.ts'
import { StartupError } from '../platform/signet-error.ts'
import { ConsoleClient } from './console-client.ts'

/** Everything a client of this deployment and of this machine's agent needs, by the names of `signet.env`. */
export async function clientEnvironment(config: Config): Promise<Record<string, string>> {
  const client = new ConsoleClient(config.dataDir)
  const deployment = await client.call(consoleApi.deployment, {})
  const endpoints = readEndpoints(config.agentDir)
  const instance = await instanceServedBy(client, endpoints.urls.imds)
  return {
    SIGNET_AUTHORITY: deployment.authorityUrl,
    SIGNET_TENANT: deployment.tenantId,
    SIGNET_ARM_URL: deployment.managementUrl,
    SIGNET_ARM_RESOURCE: deployment.managementUrl,
    SIGNET_VAULT_RESOURCE: deployment.vaultResource,
    ...localVariables(endpoints),
    SIGNET_CA_FILE: deployment.caFile,
    SIGNET_DASHBOARD_URL: deployment.dashboardUrl,
    ...(instance && instanceVariables(instance)),
  }
}

/**
 * The variables that lead a client to one dialect of the agent in a folder.
 *
 * @param wanted.clientId of the identity whose token file is meant, where the dialect is that
 * @param wanted.identityHeader the secret of a run, in the place of that of the agent's start
 * @throws StartupError when it does not serve that; SignetError when it is not clear which identity is meant
 */
export function dialectEnvironment(
  agentDir: string,
  wanted: { dialect: WorkloadDialect; clientId?: string | undefined; identityHeader?: Secret },
): Record<string, string> {
  const { dialect } = wanted
  if (dialect === 'workload-identity') {
    const variables = tokenFileVariables(agentDir, wanted.clientId || undefined)
    if (variables) return variables
    const mend = 'run signet run --dialect workload-identity, or set SIGNET_LOCAL_TOKEN_FILES=true for the agent'
    throw new StartupError(`the agent of ${agentDir} keeps no token file now: ${mend}`)
  }
  const variables = variablesOf(dialect, readEndpoints(agentDir), wanted.identityHeader)
  if (variables) return variables
  throw new StartupError(`the agent of ${agentDir} does not serve ${dialect}`)
}

/** What the agent does not serve has no name. */
function localVariables({ urls, identityHeader, certificate }: LocalEndpoints): Record<string, string> {
  const { arc, 'service-fabric': serviceFabric } = urls
  return {
    SIGNET_IMDS_URL: urls.imds,
    SIGNET_IDENTITY_ENDPOINT: urls['app-service'],
    SIGNET_IDENTITY_HEADER: identityHeader.reveal(),
    SIGNET_ML_ENDPOINT: urls['machine-learning'],
    SIGNET_CLOUDSHELL_ENDPOINT: urls['cloud-shell'],
    ...(arc !== undefined && { SIGNET_ARC_ENDPOINT: arc }),
    ...(serviceFabric !== undefined && { SIGNET_SERVICE_FABRIC_ENDPOINT: serviceFabric }),
    ...(certificate && {
      SIGNET_SERVICE_FABRIC_THUMBPRINT: certificate.thumbprint,
      SIGNET_LOCAL_CA_FILE: certificate.caFile,
    }),
  }
}

function instanceVariables({ name, id, resourceId, identity }: InstanceSummary): Record<string, string> {
  return {
    SIGNET_INSTANCE_NAME: name,
    SIGNET_INSTANCE_ID: id,
    SIGNET_INSTANCE_RESOURCE_ID: resourceId,
    ...(identity && { SIGNET_SYSTEM_CLIENT_ID: identity.clientId, SIGNET_SYSTEM_OBJECT_ID: identity.principalId }),
  }
}

async function instanceServedBy(client: ConsoleClient, imdsUrl: string): Promise<InstanceSummary | undefined> {
  const { items } = await client.call(resourcesApi.list, { query: { limit: '200' } })
  const isServed = ({ agent }: InstanceSummary) => endpointIn(agent?.endpoints ?? [], 'imds')?.url === imdsUrl
  return items.find(isServed) ?? items.find((one) => one.agent)
}
