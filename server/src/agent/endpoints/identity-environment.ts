import { localPaths } from '@signet/shared/wire/managed-identity'
import { z } from 'zod'
import { writePrivateFile } from '../../platform/data-folder.ts'
import { Secret } from '../../platform/secret.ts'
import { StartupError } from '../../platform/signet-error.ts'
import { agentFiles, loadStored } from '../agent-folder.ts'

/** Where this agent answers, and the secret of this start; for the owner of the folder only. */
export const LocalEndpoints = z.object({
  /** `http://host:port`, the value of AZURE_POD_IDENTITY_AUTHORITY_HOST. */
  imdsUrl: z.string(),
  identityEndpoint: z.string(),
  /** New with each start (SEC-99). */
  identityHeader: z.string().transform((value) => new Secret(value)),
  /** Path of a file to source into the environment of a workload. */
  environmentFile: z.string(),
})
export type LocalEndpoints = z.infer<typeof LocalEndpoints>

export function endpointsAt(options: {
  agentDir: string
  bind: string
  port: number
  identityHeader: Secret
}): LocalEndpoints {
  const host = options.bind.includes(':') ? `[${options.bind}]` : options.bind
  const imdsUrl = `http://${host}:${options.port}`
  return {
    imdsUrl,
    identityEndpoint: `${imdsUrl}${localPaths.appService}`,
    identityHeader: options.identityHeader,
    environmentFile: agentFiles.environment(options.agentDir),
  }
}

/** Writes both files anew. All four variables are set, so that every SDK takes the App Service dialect. */
export function writeEndpoints(agentDir: string, endpoints: LocalEndpoints): void {
  const identityHeader = endpoints.identityHeader.reveal()
  writePrivateFile(agentFiles.endpoints(agentDir), `${JSON.stringify({ ...endpoints, identityHeader }, null, 2)}\n`)
  const variables = {
    IDENTITY_ENDPOINT: endpoints.identityEndpoint,
    IDENTITY_HEADER: identityHeader,
    MSI_ENDPOINT: endpoints.identityEndpoint,
    MSI_SECRET: identityHeader,
  }
  const lines = Object.entries(variables).map(([name, value]) => `export ${name}=${value}\n`)
  writePrivateFile(agentFiles.environment(agentDir), lines.join(''))
}

/**
 * Where the agent of this folder answers, as it last started.
 *
 * @throws StartupError when it never did
 */
export function readEndpoints(agentDir: string): LocalEndpoints {
  const endpoints = loadStored(agentFiles.endpoints(agentDir), LocalEndpoints)
  if (endpoints) return endpoints
  throw new StartupError(`no agent has started in ${agentDir}: run signet agent, or set SIGNET_AGENT_DIR`)
}
