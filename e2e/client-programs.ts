import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { debianClients } from './debian-clients.ts'

const workload = (name: string) => fileURLToPath(new URL(`./workloads/${name}`, import.meta.url))

/** The programs of `workloads` in one language: a contract of theirs, see managed-identity.ts and authority-client.ts. */
export interface ClientProgram {
  readonly language: 'JavaScript' | 'Python' | 'Go'
  /** Of managed identities, by the name that the workload knows. */
  readonly credentials: readonly string[]
  readonly managedIdentity: readonly string[]
  readonly authority: readonly string[]
  /** What they need in their environment. */
  readonly variables: Readonly<Record<string, string>>
  /** What the table calls a client of theirs. */
  readonly labelOf: (client: string) => { readonly client: string; readonly version: string }
}

/** Of the packages of npm, which are pinned. */
export const npmVersion = (name: string): string => npmVersions[name] ?? 'unknown'
const npmVersions = (
  JSON.parse(readFileSync(new URL('./package.json', import.meta.url), 'utf8')) as {
    devDependencies: Record<string, string>
  }
).devDependencies

const { python, go, lacking } = debianClients()

export const javaScriptProgram: ClientProgram = {
  language: 'JavaScript',
  credentials: ['ManagedIdentityCredential', 'DefaultAzureCredential', 'ManagedIdentityApplication'],
  managedIdentity: [process.execPath, workload('managed-identity.ts')],
  authority: [process.execPath, workload('authority-client.ts')],
  variables: {},
  labelOf: (client) => {
    const [first = '', second] = client.split(' ')
    const credential = second ?? first
    const known: Readonly<Record<string, string>> = { 'openid-client': first, oauth4webapi: first }
    const name = known[first] ?? (credential.endsWith('Application') ? '@azure/msal-node' : '@azure/identity')
    return { client: known[first] ? first : `${name} ${credential}`, version: npmVersion(name) }
  },
}

/** JavaScript always; the others where they can be had. */
export const clientPrograms: readonly ClientProgram[] = [
  javaScriptProgram,
  ...(python?.versions['azure-identity']
    ? [
        {
          language: 'Python' as const,
          credentials: ['ManagedIdentityCredential', 'DefaultAzureCredential'],
          managedIdentity: [python.command, workload('managed_identity.py')],
          authority: [python.command, workload('authority_client.py')],
          variables: python.variables,
          labelOf: (client: string) => {
            const [first = '', second] = client.split(' ')
            const library = second === undefined ? 'azure-identity' : first
            return { client: `${library} ${second ?? first} (Python)`, version: python.versions[library] ?? 'unknown' }
          },
        },
      ]
    : []),
  ...(go
    ? [
        {
          language: 'Go' as const,
          credentials: ['ManagedIdentityCredential', 'DefaultAzureCredential'],
          managedIdentity: [go.command],
          authority: [go.command],
          variables: {},
          labelOf: (client: string) => ({ client: `azidentity ${client} (Go)`, version: go.version }),
        },
      ]
    : []),
]

/** The programs there are none of here, with the beginning of their clients' names in the table. */
export const lackingPrograms = [
  {
    name: 'azure-identity and msal for Python',
    reason: lacking['azure-identity for Python'],
    clients: ['azure-identity ', 'msal '],
  },
  { name: 'azidentity for Go', reason: lacking['azidentity for Go'], clients: ['azidentity '] },
].flatMap(({ name, reason, clients }) => (reason === undefined ? [] : [{ name, reason, clients }]))
