import { endpointIn, type LocalEndpoints } from '@signet/shared/api/resources'
import type { LocalDialect } from '@signet/shared/wire/agent-protocol'
import { dialectWords } from '../../api/dialect-words.ts'
import { shellWord } from '../../ui/shell-word.ts'

/** Between double quotes, as people write paths. */
function shellPath(path: string): string {
  return /^[A-Za-z0-9_./:@%+=, -]+$/.test(path) ? `"${path}"` : shellWord(path)
}

const exampleResource = 'https://vault.azure.net'

/** What to paste into a shell on the instance, filled in with its own endpoints; null for what the agent does not serve. */
export function shellSamples(endpoints: LocalEndpoints) {
  const query = `api-version=2018-02-01&resource=${encodeURIComponent(exampleResource)}`
  const file = endpointIn(endpoints, 'app-service')?.environmentFile
  const imds = endpointIn(endpoints, 'imds')?.url
  return {
    environment: file === undefined ? null : `. ${shellPath(file)}`,
    imds: imds === undefined ? null : `export AZURE_POD_IDENTITY_AUTHORITY_HOST=${shellWord(imds)}`,
    curl:
      imds === undefined
        ? null
        : `curl -sS -H Metadata:true '${imds.replaceAll("'", '%27')}/metadata/identity/oauth2/token?${query}'`,
  }
}

const shownAlready: ReadonlySet<LocalDialect> = new Set(['imds', 'app-service'])

/** One line for each other dialect that the agent serves, each under its name; null when there is none. */
export function otherDialectLines(endpoints: LocalEndpoints): string | null {
  const others = endpoints.filter(({ dialect }) => !shownAlready.has(dialect))
  const lines = others.map(
    ({ dialect, environmentFile }) => `# ${dialectWords[dialect]}\n. ${shellPath(environmentFile)}`,
  )
  return lines.length === 0 ? null : lines.join('\n')
}

export const javascriptSample = `import { ManagedIdentityCredential } from '@azure/identity'

// No secret: the environment leads to the agent.
const credential = new ManagedIdentityCredential()
const scope = '${exampleResource}/.default'
const { token, expiresOnTimestamp } =
  await credential.getToken(scope)

console.log('valid until', new Date(expiresOnTimestamp))
const headers = { authorization: \`Bearer \${token}\` }
await fetch('https://your-api.example', { headers })`
