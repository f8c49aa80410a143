import { DefaultAzureCredential, ManagedIdentityCredential } from '@azure/identity'
import { ManagedIdentityApplication } from '@azure/msal-node'

/**
 * A workload as an operator would write it: published clients, no option set but an identity if one is named. Each client
 * that is named after RESOURCE=CLIENT-ID (either may be empty) asks twice, for a resource of its own unless one is given,
 * because these clients share one cache. Prints one outcome for each.
 */
interface Ask {
  readonly resource: string
  readonly clientId: string
}

const clients: Readonly<Record<string, { resource: string; open: (ask: Ask) => () => Promise<string> }>> = {
  ManagedIdentityCredential: {
    resource: 'https://vault.azure.net',
    open: ({ resource, clientId }) => {
      const credential = clientId ? new ManagedIdentityCredential({ clientId }) : new ManagedIdentityCredential()
      return async () => (await credential.getToken(`${resource}/.default`)).token
    },
  },
  DefaultAzureCredential: {
    resource: 'https://management.azure.com',
    open: ({ resource, clientId }) => {
      const credential = new DefaultAzureCredential(clientId ? { managedIdentityClientId: clientId } : {})
      return async () => (await credential.getToken(`${resource}/.default`)).token
    },
  },
  ManagedIdentityApplication: {
    resource: 'https://storage.azure.com/',
    open: ({ resource, clientId }) => {
      const options = clientId ? { managedIdentityIdParams: { userAssignedClientId: clientId } } : {}
      const application = new ManagedIdentityApplication(options)
      return async () => (await application.acquireToken({ resource })).accessToken
    },
  },
}

async function outcomeOf(name: string, given: Ask) {
  const client = clients[name]
  const resource = given.resource || client?.resource || ''
  try {
    const ask = client?.open({ ...given, resource })
    return { client: name, resource, tokens: [await ask?.(), await ask?.()] }
  } catch (error) {
    return { client: name, resource, tokens: [], error: String(error) }
  }
}

const [request = '=', ...names] = process.argv.slice(2)
const [resource = '', clientId = ''] = request.split('=')
process.stdout.write(JSON.stringify(await Promise.all(names.map((name) => outcomeOf(name, { resource, clientId })))))
