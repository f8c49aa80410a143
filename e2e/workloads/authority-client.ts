import { readFileSync } from 'node:fs'
import {
  ClientCertificateCredential,
  ClientSecretCredential,
  DefaultAzureCredential,
  WorkloadIdentityCredential,
} from '@azure/identity'
import { ConfidentialClientApplication } from '@azure/msal-node'
import { importPKCS8 } from 'jose'
import * as oauth from 'oauth4webapi'
import * as openid from 'openid-client'

/**
 * A program outside any instance, as its author would write it with one of the published clients: `CLIENT` says which. It prints
 * the token, or what the client made of the refusal, as one line of JSON.
 */
const need = (name: string): string => process.env[name] ?? ''
const [authority, tenant, clientId] = [need('SIGNET_AUTHORITY'), need('TENANT'), need('CLIENT_ID')]
const scope = process.env['SCOPE'] ?? 'https://vault.azure.net/.default'
const keyFile = need('KEY_FILE')
const address = new URL(`${authority}/${tenant}/v2.0`)
/** What the SDKs ask of somebody who runs an authority of their own; not needed with the tenant `adfs`. */
const options = { authorityHost: authority, disableInstanceDiscovery: tenant !== 'adfs' }

const clients: Record<string, () => Promise<string | undefined>> = {
  'azure-identity ClientCertificateCredential': async () =>
    (await new ClientCertificateCredential(tenant, clientId, keyFile, options).getToken(scope)).token,
  'azure-identity ClientSecretCredential': async () =>
    (await new ClientSecretCredential(tenant, clientId, need('SECRET'), options).getToken(scope)).token,
  'azure-identity WorkloadIdentityCredential': async () => {
    const tokenFilePath = need('TOKEN_FILE')
    const credential = new WorkloadIdentityCredential({ tenantId: tenant, clientId, tokenFilePath, ...options })
    return (await credential.getToken(scope)).token
  },
  // What its variables say: EnvironmentCredential is the first of its chain.
  'azure-identity DefaultAzureCredential': async () => (await new DefaultAzureCredential().getToken(scope)).token,
  'msal-node ConfidentialClientApplication': async () => {
    const application = new ConfidentialClientApplication({
      auth: {
        clientId,
        authority: `${authority}/${tenant}`,
        knownAuthorities: [new URL(authority).host],
        clientCertificate: { thumbprintSha256: need('THUMBPRINT'), privateKey: readFileSync(keyFile, 'utf8') },
      },
    })
    return (await application.acquireTokenByClientCredential({ scopes: [scope] }))?.accessToken
  },
  'openid-client private_key_jwt': async () => {
    const key = await importPKCS8(readFileSync(keyFile, 'utf8'), 'RS256')
    const proof = openid.PrivateKeyJwt({ key, kid: need('KID') })
    const configuration = await openid.discovery(address, clientId, undefined, proof)
    return (await openid.clientCredentialsGrant(configuration, { scope })).access_token
  },
  'openid-client client_secret_post': async () => {
    const proof = openid.ClientSecretPost(need('SECRET'))
    const configuration = await openid.discovery(address, clientId, undefined, proof)
    return (await openid.clientCredentialsGrant(configuration, { scope })).access_token
  },
  'oauth4webapi private_key_jwt ES256': async () => {
    const key = await importPKCS8(readFileSync(keyFile, 'utf8'), 'ES256')
    return oauthToken(oauth.PrivateKeyJwt({ key, kid: need('KID') }))
  },
  'oauth4webapi client_secret_basic': () => oauthToken(oauth.ClientSecretBasic(need('SECRET'))),
}

async function oauthToken(proof: oauth.ClientAuth): Promise<string> {
  const server = await oauth.processDiscoveryResponse(address, await oauth.discoveryRequest(address))
  const client = { client_id: clientId }
  const response = await oauth.clientCredentialsGrantRequest(server, client, proof, { scope })
  return (await oauth.processClientCredentialsResponse(server, client, response)).access_token
}

/** Everything the client says about a refusal: some keep the server's words in a cause. */
function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return JSON.stringify(error)
  const { cause } = error
  return `${error.message} ${JSON.stringify(error)} ${cause === undefined ? '' : wordsOf(cause)}`
}

try {
  const token = await clients[need('CLIENT')]?.()
  process.stdout.write(JSON.stringify({ token }))
} catch (error) {
  // A challenge keeps oauth4webapi from reading the rest of the answer.
  const answer = error instanceof oauth.WWWAuthenticateChallengeError ? await error.response.text() : ''
  process.stdout.write(JSON.stringify({ error: `${wordsOf(error)} ${answer}` }))
}
