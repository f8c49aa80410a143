import { ManagedIdentityCredential } from '@azure/identity'
import { ManagedIdentityApplication } from '@azure/msal-node'

/**
 * A workload that picks one of several identities. Its argument is a JSON array of asks; what came of each is printed as a
 * JSON array in their order: a token, or the first line of the error.
 */
interface Ask {
  readonly with: 'azure-identity' | 'msal'
  readonly resource: string
  readonly by?: 'clientId' | 'objectId' | 'resourceId'
  readonly id?: string
}

async function tokenFor(ask: Ask): Promise<string> {
  const { resource, by, id = '' } = ask
  if (ask.with === 'azure-identity') {
    const credential =
      by === 'clientId'
        ? new ManagedIdentityCredential({ clientId: id })
        : by === 'objectId'
          ? new ManagedIdentityCredential({ objectId: id })
          : by === 'resourceId'
            ? new ManagedIdentityCredential({ resourceId: id })
            : new ManagedIdentityCredential()
    return (await credential.getToken(`${resource}/.default`)).token
  }
  const params = {
    clientId: { userAssignedClientId: id },
    objectId: { userAssignedObjectId: id },
    resourceId: { userAssignedResourceId: id },
  }
  const application = new ManagedIdentityApplication(by === undefined ? {} : { managedIdentityIdParams: params[by] })
  return (await application.acquireToken({ resource })).accessToken
}

const asks = JSON.parse(process.argv[2] ?? '[]') as Ask[]
const answers: { token?: string; error?: string }[] = []
for (const ask of asks) {
  try {
    answers.push({ token: await tokenFor(ask) })
  } catch (error) {
    answers.push({ error: error instanceof Error ? error.message : String(error) })
  }
}
process.stdout.write(JSON.stringify(answers))
