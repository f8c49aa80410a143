import { ManagedIdentityApplication } from '@azure/msal-node'

/** A workload on MSAL alone: asks twice for the same token and prints both answers. */
const application = new ManagedIdentityApplication()
const answers = []
for (let asked = 0; asked < 2; asked += 1) {
  const { accessToken, fromCache } = await application.acquireToken({ resource: 'https://management.azure.com/' })
  answers.push({ accessToken, fromCache })
}
process.stdout.write(JSON.stringify(answers))
