import { ManagedIdentityCredential } from '@azure/identity'
import { type KeyVaultSecret, SecretClient } from '@azure/keyvault-secrets'

/**
 * A workload that keeps its database password in a vault, as an operator would write it: published clients, no option set. Prints
 * what it saw at each step.
 */
const client = new SecretClient(process.env['VAULT_URL'] ?? '', new ManagedIdentityCredential())
const name = 'Db-Password'
const seen: Record<string, unknown> = {}
const codeOf = (error: unknown) =>
  typeof error === 'object' && error !== null && 'code' in error && 'statusCode' in error
    ? `${String(error.statusCode)} ${String(error.code)}`
    : String(error)
const refusal = (work: Promise<unknown>) =>
  work.then(
    () => 'no refusal',
    (error: unknown) => codeOf(error),
  )
const value = ({ value: text }: KeyVaultSecret) => text

async function readAndWrite(): Promise<void> {
  const first = await client.setSecret(name, 'one', { tags: { app: 'billing' }, contentType: 'text/plain' })
  await client.setSecret(name, 'two')
  const newest = await client.getSecret(name)
  seen['id'] = newest.properties.id
  seen['newest'] = value(newest)
  const version = first.properties.version ?? ''
  seen['first'] = value(await client.getSecret(name, { version }))
  seen['tags'] = first.properties.tags
  for (const other of ['a', 'b', 'c']) await client.setSecret(other, other)
  const pages: string[][] = []
  for await (const page of client.listPropertiesOfSecrets().byPage({ maxPageSize: 2 })) {
    pages.push(page.map((each) => each.name))
  }
  seen['pages'] = pages
  let versions = 0
  for await (const each of client.listPropertiesOfSecretVersions(name)) versions += each.version ? 1 : 0
  seen['versions'] = versions
  const updated = await client.updateSecretProperties(name, version, { enabled: false })
  seen['enabled'] = updated.enabled
  seen['disabled'] = await refusal(client.getSecret(name, { version }))
  seen['unknown'] = await refusal(client.getSecret('nothing'))
}

async function deleteAndRecover(): Promise<void> {
  const deleted = await (await client.beginDeleteSecret(name)).pollUntilDone()
  seen['recoveryId'] = deleted.recoveryId
  seen['setDeleted'] = await refusal(client.setSecret(name, 'three'))
  const names: string[] = []
  for await (const each of client.listDeletedSecrets()) names.push(each.name)
  seen['deleted'] = names
  await (await client.beginRecoverDeletedSecret(name)).pollUntilDone()
  seen['recovered'] = value(await client.getSecret(name))
  const backup = await client.backupSecret(name)
  await (await client.beginDeleteSecret(name)).pollUntilDone()
  await client.purgeDeletedSecret(name)
  seen['purged'] = await refusal(client.getDeletedSecret(name))
  if (backup) await client.restoreSecretBackup(backup)
  seen['restored'] = value(await client.getSecret(name))
}

try {
  if (process.argv[2] === 'read') seen['newest'] = value(await client.getSecret(name))
  else {
    await readAndWrite()
    await deleteAndRecover()
  }
} catch (error) {
  seen['error'] = codeOf(error)
}
process.stdout.write(JSON.stringify(seen))
