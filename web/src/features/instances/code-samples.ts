import { endpointIn, type LocalEndpoints } from '@signet/shared/api/resources'

const exampleResource = 'https://vault.azure.net'

/** Asks for a token by hand; null when the agent does not serve IMDS. */
export function curlSample(endpoints: LocalEndpoints): string | null {
  const query = `api-version=2018-02-01&resource=${encodeURIComponent(exampleResource)}`
  const imds = endpointIn(endpoints, 'imds')?.url
  if (imds === undefined) return null
  return `curl -sS -H Metadata:true '${imds.replaceAll("'", '%27')}/metadata/identity/oauth2/token?${query}'`
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
