import { type DialectEndpoint, LocalDialect } from '@signet/shared/wire/agent-protocol'
import { dialectVariables, type VariableContent } from '@signet/shared/wire/dialect-variables'
import { z } from 'zod'
import { writePrivateFile } from '../../platform/data-folder.ts'
import { Secret } from '../../platform/secret.ts'
import { shellLines } from '../../platform/shell-lines.ts'
import { StartupError } from '../../platform/signet-error.ts'
import { agentFiles, loadStored } from '../agent-folder.ts'

/** Where this agent answers, and the secret of this start; for the owner of the folder only. */
export const LocalEndpoints = z.object({
  /** As each dialect's own variable takes it: of IMDS `http://host:port`, of the others the whole address. */
  urls: z.object({
    imds: z.string(),
    'app-service': z.string(),
    'app-service-2017': z.string(),
    'machine-learning': z.string(),
    'cloud-shell': z.string(),
    /** Not where clients look for challenge files in a folder that the agent cannot write. */
    arc: z.string().optional(),
    'service-fabric': z.string().optional(),
  }),
  /** New with each start (SEC-99). */
  identityHeader: z.string().transform((value) => new Secret(value)),
  /** Whether that of IMDS answers clients, too, that take it for their HTTP proxy. */
  asProxy: z.literal(true).optional(),
  /** What tells a client that the endpoint over TLS is the right one. */
  certificate: z.object({ thumbprint: z.string(), caFile: z.string() }).optional(),
})
export type LocalEndpoints = z.infer<typeof LocalEndpoints>

/** Every variable that any dialect sets: whoever sets some of them has to take the others away. */
export const identityVariables = [
  'IDENTITY_ENDPOINT',
  'IDENTITY_HEADER',
  'IDENTITY_SERVER_THUMBPRINT',
  'IMDS_ENDPOINT',
  'MSI_ENDPOINT',
  'MSI_SECRET',
  'AZURE_POD_IDENTITY_AUTHORITY_HOST',
  'AZURE_FEDERATED_TOKEN_FILE',
] as const

/**
 * The variables that lead a client to one dialect, and to no other.
 *
 * @param identityHeader the secret to use, if it is not that of the agent's start
 * @returns undefined when the agent does not serve the dialect
 */
export function variablesOf(
  dialect: LocalDialect,
  endpoints: LocalEndpoints,
  identityHeader: Secret = endpoints.identityHeader,
): Record<string, string> | undefined {
  const url = endpoints.urls[dialect]
  if (url === undefined) return undefined
  const contents: Record<VariableContent, string | undefined> = {
    url,
    'imds-url': endpoints.urls.imds,
    secret: identityHeader.reveal(),
    thumbprint: endpoints.certificate?.thumbprint,
    'certificate-file': endpoints.certificate?.caFile,
  }
  return Object.fromEntries(
    Object.entries(dialectVariables[dialect]).flatMap(([name, content]) => {
      const value = contents[content]
      return value === undefined ? [] : [[name, value]]
    }),
  )
}

/** The endpoints as the server is told of them. */
export function reportedEndpoints(agentDir: string, { urls, asProxy }: LocalEndpoints): DialectEndpoint[] {
  return LocalDialect.options.flatMap((dialect) => {
    const url = urls[dialect]
    if (url === undefined) return []
    const environmentFile = agentFiles.environment(agentDir, dialect)
    return [{ dialect, url, environmentFile, ...(dialect === 'imds' && asProxy && { asProxy }) }]
  })
}

/** Writes all files anew; one of a dialect that is no longer served is left without a variable. */
export function writeEndpoints(agentDir: string, endpoints: LocalEndpoints): void {
  const identityHeader = endpoints.identityHeader.reveal()
  writePrivateFile(agentFiles.endpoints(agentDir), `${JSON.stringify({ ...endpoints, identityHeader }, null, 2)}\n`)
  for (const dialect of LocalDialect.options) {
    writePrivateFile(agentFiles.environment(agentDir, dialect), shellLines(variablesOf(dialect, endpoints) ?? {}))
  }
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
