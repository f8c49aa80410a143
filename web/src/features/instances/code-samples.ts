import type { LocalEndpoints } from '@signet/shared/api/resources'
import { shellWord } from '../../ui/shell-word.ts'

/** Between double quotes, as people write paths. */
function shellPath(path: string): string {
  return /^[A-Za-z0-9_./:@%+=, -]+$/.test(path) ? `"${path}"` : shellWord(path)
}

const exampleResource = 'https://vault.azure.net'

/** What to paste into a shell on the instance, filled in with its own endpoints. */
export function shellSamples(endpoints: LocalEndpoints) {
  const query = `api-version=2018-02-01&resource=${encodeURIComponent(exampleResource)}`
  return {
    environment: `. ${shellPath(endpoints.environmentFile)}`,
    imds: `export AZURE_POD_IDENTITY_AUTHORITY_HOST=${shellWord(endpoints.imdsUrl)}`,
    curl: `curl -sS -H Metadata:true '${endpoints.imdsUrl.replaceAll("'", '%27')}/metadata/identity/oauth2/token?${query}'`,
  }
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
