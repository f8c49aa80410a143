import { DefaultAzureCredential, ManagedIdentityCredential } from '@azure/identity'

/**
 * A workload as an operator would write it: the published SDK, no option set. With `--every-second N` it asks N times,
 * each time in a credential of its own so that no cache of the SDK hides a refusal, and prints one line an answer.
 */
const count = Number(process.argv[process.argv.indexOf('--every-second') + 1] || 0)
const scope = 'https://vault.azure.net/.default'

async function ask(kind: 'managed' | 'default'): Promise<void> {
  const credential = kind === 'managed' ? new ManagedIdentityCredential() : new DefaultAzureCredential()
  try {
    const { token } = await credential.getToken(scope)
    process.stdout.write(`ok ${token}\n`)
  } catch (error) {
    process.stdout.write(`failed ${error instanceof Error ? error.message.split('\n', 1)[0] : String(error)}\n`)
    process.exitCode = 1
  }
}

if (!process.argv.includes('--every-second')) {
  await ask('managed')
  await ask('default')
} else {
  for (let asked = 0; asked < count; asked += 1) {
    await ask('managed')
    await new Promise((resolve) => setTimeout(resolve, 1_000))
  }
}
