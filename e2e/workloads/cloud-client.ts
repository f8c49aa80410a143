import { readFileSync } from 'node:fs'
import { inspect } from 'node:util'
import { ClientCertificateCredential, ClientSecretCredential, DefaultAzureCredential } from '@azure/identity'
import { ConfidentialClientApplication } from '@azure/msal-node'

/**
 * A program that was written for the cloud and knows of nothing else: no authority, no host, no option. `CLIENT` says with which of
 * the published clients. It prints the token, or what the client made of the refusal, as one line of JSON.
 */
const need = (name: string): string => process.env[name] ?? ''
const [tenant, clientId, scope] = [need('AZURE_TENANT_ID'), need('AZURE_CLIENT_ID'), 'https://vault.azure.net/.default']

const clients: Record<string, () => Promise<string | undefined>> = {
  'azure-identity ClientSecretCredential': async () =>
    (await new ClientSecretCredential(tenant, clientId, need('SECRET')).getToken(scope)).token,
  'azure-identity ClientCertificateCredential': async () =>
    (await new ClientCertificateCredential(tenant, clientId, need('KEY_FILE')).getToken(scope)).token,
  'azure-identity DefaultAzureCredential': async () => (await new DefaultAzureCredential().getToken(scope)).token,
  'msal-node ConfidentialClientApplication': async () => {
    const clientCertificate = {
      thumbprintSha256: need('THUMBPRINT'),
      privateKey: readFileSync(need('KEY_FILE'), 'utf8'),
    }
    const authority = `https://login.microsoftonline.com/${tenant}`
    const application = new ConfidentialClientApplication({ auth: { clientId, authority, clientCertificate } })
    return (await application.acquireTokenByClientCredential({ scopes: [scope] }))?.accessToken
  },
  fetch: () => answerOf(need('ADDRESS')),
  'fetch https://management.azure.com': () =>
    answerOf('https://management.azure.com/subscriptions?api-version=2022-12-01'),
  'fetch https://acme.vault.azure.net': () => answerOf('https://acme.vault.azure.net/secrets/x?api-version=7.4'),
}

async function answerOf(url: string): Promise<string> {
  const response = await fetch(url)
  return `${response.status} ${await response.text()}`
}

try {
  process.stdout.write(JSON.stringify({ token: await clients[need('CLIENT')]?.() }))
} catch (error) {
  process.stdout.write(JSON.stringify({ error: inspect(error) }))
}
