import { createInterface } from 'node:readline'
import { ManagedIdentityCredential } from '@azure/identity'
import { SecretClient } from '@azure/keyvault-secrets'

/**
 * An app on an instance as its owner would write it: it holds no credential, lists its subscription at the resource manager and
 * reads its database password from the vault, each time it is told to by a line. Prints what it saw, or how it was refused.
 */
const need = (name: string): string => process.env[name] ?? ''
const credential = new ManagedIdentityCredential()
const vault = new SecretClient(need('VAULT_URL'), credential)

async function subscriptions(): Promise<string[]> {
  const { token } = await credential.getToken('https://management.azure.com/.default')
  const response = await fetch(`${need('ARM_URL')}/subscriptions?api-version=2022-12-01`, {
    headers: { authorization: `Bearer ${token}` },
  })
  if (!response.ok) throw new Error(`resource manager: ${response.status}`)
  const { value } = (await response.json()) as { value: { subscriptionId: string }[] }
  return value.map((each) => each.subscriptionId)
}

const told = (work: Promise<unknown>) =>
  work.then(
    (value) => ({ value }),
    (error: unknown) => ({ error: error instanceof Error ? `${error.name}: ${error.message}` : String(error) }),
  )

for await (const _line of createInterface({ input: process.stdin })) {
  const [list, password] = await Promise.all([
    told(subscriptions()),
    told(vault.getSecret('Db-Password').then(({ value }) => value)),
  ])
  process.stdout.write(`${JSON.stringify({ list, password })}\n`)
}
