import { readFileSync } from 'node:fs'
import { DefaultAzureCredential, ManagedIdentityCredential, WorkloadIdentityCredential } from '@azure/identity'

/**
 * A workload as an operator would write it: published credentials, no option set, for the audience that is given. Prints
 * what each got, the second time too, and what the token file holds.
 */
const scope = `${process.argv[2]}/.default`
const credentials = [
  () => new WorkloadIdentityCredential(),
  () => new DefaultAzureCredential(),
  () => new ManagedIdentityCredential(),
] as const

async function outcomeOf(open: (typeof credentials)[number]) {
  try {
    const credential = open()
    const first = await credential.getToken(scope)
    const second = await credential.getToken(scope)
    return { client: credential.constructor.name, tokens: [first.token, second.token] }
  } catch (error) {
    return { client: open.toString(), tokens: [], error: String(error) }
  }
}

const file = readFileSync(process.env['AZURE_FEDERATED_TOKEN_FILE'] ?? '', 'utf8')
process.stdout.write(JSON.stringify({ file, outcomes: await Promise.all(credentials.map(outcomeOf)) }))
