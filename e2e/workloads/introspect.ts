import * as oauth from 'oauth4webapi'
import * as openid from 'openid-client'

/**
 * A service that asks the authority about a token it was shown, as its author would write it with one of the published clients:
 * `CLIENT` says which. It prints the answer, or what the client made of the refusal, as one line of JSON.
 */
const need = (name: string): string => process.env[name] ?? ''
const [authority, tenant, clientId, token] = ['SIGNET_AUTHORITY', 'TENANT', 'CLIENT_ID', 'TOKEN'].map(need)
const address = new URL(`${authority}/${tenant}/v2.0`)

const clients: Record<string, () => Promise<object>> = {
  'openid-client client_secret_post': async () => {
    const proof = openid.ClientSecretPost(need('SECRET'))
    const configuration = await openid.discovery(address, clientId ?? '', undefined, proof)
    return openid.tokenIntrospection(configuration, token ?? '', { token_type_hint: 'access_token' })
  },
  'oauth4webapi client_secret_basic': async () => {
    const server = await oauth.processDiscoveryResponse(address, await oauth.discoveryRequest(address))
    const client = { client_id: clientId ?? '' }
    const proof = oauth.ClientSecretBasic(need('SECRET'))
    const response = await oauth.introspectionRequest(server, client, proof, token ?? '')
    return oauth.processIntrospectionResponse(server, client, response)
  },
}

try {
  process.stdout.write(JSON.stringify(await clients[need('CLIENT')]?.()))
} catch (error) {
  process.stdout.write(JSON.stringify({ error: error instanceof Error ? error.name : String(error) }))
}
