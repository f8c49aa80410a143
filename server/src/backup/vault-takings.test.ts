import { join } from 'node:path'
import { minuteMs } from '@signet/shared/vocabulary/time'
import Sqlite from 'better-sqlite3'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { contextOf, openStack, type Stack } from '../../test/stack.ts'
import { prepareTelemetry } from '../authority/issuance-log-store.ts'
import { Database } from '../platform/database/database.ts'
import { Secret } from '../platform/secret.ts'
import { ResourceGroups } from '../resources/index.ts'
import { openVaults, type VaultDomain } from '../vault/index.ts'
import { Anchor } from './anchor.ts'
import { AnchorKeeper } from './anchor-keeper.ts'
import { Backups } from './backups.ts'
import { restoreBackup } from './restore.ts'

const secretsUser = '4633458b-17de-408a-b874-0445c86b69e6'
const operator = { kind: 'operator', context: contextOf() } as const

let stack: Stack
let backups: Backups
let keeper: AnchorKeeper
let domain: VaultDomain
const anchorFile = () => join(stack.folder, 'anchor', 'anchor.json')

beforeEach(async () => {
  stack = await openStack()
  prepareTelemetry(stack.dataDir, stack.clock.now())
  backups = await Backups.open({
    ...stack,
    settings: { folder: join(stack.folder, 'backups'), everyMs: minuteMs, keepHourly: 24, keepDaily: 30 },
  })
  const anchor = new Anchor(anchorFile(), stack.dataDir, stack.sealer.keyOf('anchor'))
  keeper = await AnchorKeeper.open({ ...stack, anchor })
  domain = openVaults({
    ...{ ...stack, subscriptionId: stack.defaults.subscriptionId, vaultUrl: 'https://vault.signet.test' },
    access: stack.authorization.access,
    groupNamed: (name) => new ResourceGroups(stack).find(name),
    forgetRights: (tx, armId) => stack.authorization.assignments.scopeRemoved(tx, armId),
  })
})

afterEach(() => stack.close())

const place = (name: string) => ({ vault: 'kept-kv', name })
const set = (name: string) => domain.vault.set(operator, place(name), { value: new Secret(name) })

it('a restore takes away again what was deleted, purged and disabled in vaults, and the roles at what was purged (SEC-68)', async () => {
  for (const name of ['kept-kv', 'deleted-kv', 'purged-kv']) {
    await domain.vaults.create(contextOf(), { name, resourceGroup: 'default' })
  }
  for (const name of ['kept', 'deleted', 'purged']) await set(name)
  const { versionId } = await set('disabled')
  await domain.vault.set(operator, { vault: 'purged-kv', name: 'inside' }, { value: new Secret('inside') })
  const { principalId } = await stack.applications.create(contextOf(), 'reader')
  for (const vault of ['kept-kv', 'purged-kv']) {
    const scope = (await domain.vaults.require(vault)).armId
    await stack.authorization.assignments.grant(contextOf(), { principalId, roleId: secretsUser, scope })
    const secret = { principalId, roleId: secretsUser, scope: `${scope}/secrets/purged` }
    await stack.authorization.assignments.grant(contextOf(), secret)
  }
  const backup = await backups.make(contextOf())
  stack.clock.advance(minuteMs)
  await domain.vaults.delete(contextOf(), 'deleted-kv', {})
  await domain.vaults.delete(contextOf(), 'purged-kv', {})
  await domain.vaults.purge(contextOf(), 'purged-kv', {})
  await domain.vault.delete(operator, place('deleted'))
  await domain.vault.delete(operator, place('purged'))
  await domain.vault.purge(operator, place('purged'))
  await domain.vault.update(operator, { ...place('disabled'), version: versionId }, { enabled: false })
  await set('late')
  stack.clock.advance(minuteMs)
  await keeper.stop()
  await stack.database.close()

  await restoreBackup(backup.file, {
    ...{ dataDir: stack.dataDir, anchorFile: anchorFile(), root: stack.rootKey, clock: stack.clock },
  })
  const db = new Sqlite(join(stack.dataDir, 'signet.db'), { readonly: true })
  const all = (sql: string) => db.prepare<[], unknown[]>(sql).raw().all()
  expect(all('SELECT name_key, deleted_at IS NOT NULL FROM vaults ORDER BY 1')).toEqual([
    ['deleted-kv', 1],
    ['kept-kv', 0],
  ])
  expect(all('SELECT name_key, deleted_at IS NOT NULL, purge_at > deleted_at FROM vault_secrets ORDER BY 1')).toEqual([
    ['deleted', 1, 1],
    ['disabled', 0, null],
    ['kept', 0, null],
  ])
  expect(all(`SELECT version_id FROM vault_secret_versions WHERE enabled = 0`)).toEqual([[versionId]])
  expect(all('SELECT count(*) FROM vault_secret_versions')).toEqual([[3]])
  const scopes = all('SELECT scope_key FROM role_assignments').flat().map(String)
  expect(scopes.map((scope) => scope.split('/').at(-1))).toEqual(['kept-kv'])
  db.close()
  const restored = Database.open(stack.dataDir, stack.clock)
  restored.tagRows(stack.sealer.keyOf('integrity'))
  expect(await restored.changedRows(), 'rows that are not as they were written').toEqual([])
  await restored.close()
})
