import { dayMs, minuteMs } from '@signet/shared/vocabulary/time'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { auditTrail, contextOf, given, rowsOf } from '../../test/stack.ts'
import type { Asker } from './secret-rights.ts'
import {
  grant,
  openVaultStand,
  operator,
  principalAsker,
  secretsOfficer,
  secretsUser,
  text,
  type VaultStand,
} from './testing/vault-stand.ts'

let stand: VaultStand
let app: Asker
const here = (name: string) => ({ vault: 'prod-kv', name })

beforeEach(async () => {
  stand = await openVaultStand()
  await stand.vaults.create(contextOf(), { name: 'Prod-KV', resourceGroup: 'default' })
  app = await principalAsker(stand, 'billing')
  await grant(stand, app, secretsOfficer, 'prod-kv')
})
afterEach(() => stand.close())

const get = async (name: string, version?: string, asker = app) =>
  (await stand.vault.get(asker, { ...here(name), version })).value.reveal()
const set = (name: string, value: string, asker = app) => stand.vault.set(asker, here(name), text(value))
const events = async () => rowsOf(stand, 'audit_events')
const lastEvent = async () => given((await events()).at(-1))

describe('a deleted secret', () => {
  it('is gone for readers, keeps its name, and comes back as it was (SEC-113)', async () => {
    await set('db', 'one')
    const gone = await stand.vault.delete(app, here('db'))
    expect(gone.purgeAt).toBe(stand.clock.now() + 90 * dayMs)
    await expect(get('db')).rejects.toMatchObject({ code: 'not_found' })
    await expect(set('DB', 'two')).rejects.toMatchObject({ code: 'secret_deleted' })
    expect((await stand.lists.page(app, 'prod-kv', { deleted: true, limit: 25 })).items).toHaveLength(1)
    await stand.vault.recover(app, here('db'))
    expect(await get('db')).toBe('one')
    await expect(stand.vault.recover(app, here('db'))).rejects.toMatchObject({ code: 'not_found' })
  })

  it('is purged by who may, and only once it is deleted; its name is free then', async () => {
    await set('db', 'one')
    await expect(stand.vault.purge(app, here('db'))).rejects.toMatchObject({ code: 'not_found' })
    await stand.vault.delete(app, here('db'))
    await stand.vault.purge(app, here('db'))
    expect(await rowsOf(stand, 'vault_secret_versions')).toHaveLength(0)
    await set('db', 'two')
    expect(await get('db')).toBe('two')
  })

  it('takes the roles at it along when it is purged: the next of its name starts without any', async () => {
    const reader = await principalAsker(stand, 'reader')
    const purges = [
      () => stand.vault.purge(app, here('db')),
      async () => {
        stand.clock.advance(90 * dayMs)
        await stand.vault.purgeDue(contextOf('system'), here('db'))
      },
    ]
    for (const purge of purges) {
      await set('db', 'one')
      await grant(stand, reader, secretsUser, 'prod-kv', 'DB')
      await stand.vault.delete(app, here('db'))
      await purge()
      await set('db', 'two')
      await expect(stand.vault.get(reader, here('db'))).rejects.toMatchObject({ code: 'forbidden' })
      await stand.vault.delete(app, here('db'))
      await stand.vault.purge(app, here('db'))
    }
  })

  it('is not purged before its days are over where the vault is protected, by nobody (SEC-113)', async () => {
    await set('db', 'one')
    await stand.vault.delete(app, here('db'))
    await stand.vaults.change(contextOf(), 'prod-kv', { purgeProtection: true })
    await expect(stand.vault.purge(app, here('db'))).rejects.toMatchObject({ code: 'purge_protected' })
    await expect(stand.vault.purge(operator(), here('db'))).rejects.toMatchObject({ code: 'purge_protected' })
    stand.clock.advance(91 * dayMs)
    stand.watch.check()
    await stand.secretPurge.turn()
    expect(await rowsOf(stand, 'vault_secrets')).toHaveLength(0)
  })

  it('goes for good when its days are over, not while the clock is in doubt (SEC-145)', async () => {
    await set('db', 'one')
    await stand.vault.delete(app, here('db'))
    stand.clock.step(91 * dayMs)
    await stand.secretPurge.turn()
    expect(await rowsOf(stand, 'vault_secrets')).toHaveLength(1)
    stand.clock.advance(11 * minuteMs)
    await stand.secretPurge.turn()
    expect(await rowsOf(stand, 'vault_secrets')).toHaveLength(0)
    expect(await lastEvent()).toMatchObject({ action: 'secret.purged', actor_kind: 'system' })
  })

  it('that was recovered in the meantime stays', async () => {
    await set('db', 'one')
    await stand.vault.delete(app, here('db'))
    await stand.vault.recover(app, here('db'))
    await stand.vault.purgeDue(contextOf('system'), here('db'))
    expect(await get('db')).toBe('one')
  })
})

describe('a backup', () => {
  it('brings every version back into its vault, and holds nothing readable', async () => {
    const { versionId } = await set('Db', 'one')
    await set('db', 'two')
    const blob = await stand.vault.backup(app, here('db'))
    expect(Buffer.from(blob, 'base64url').toString('latin1')).not.toMatch(/one|two|Db/)
    await expect(stand.vault.restore(app, 'prod-kv', blob)).rejects.toMatchObject({ code: 'conflict' })
    await stand.vault.delete(app, here('db'))
    await expect(stand.vault.restore(app, 'prod-kv', blob)).rejects.toMatchObject({ code: 'secret_deleted' })
    await stand.vault.purge(app, here('db'))
    expect((await stand.vault.restore(app, 'prod-kv', blob)).name).toBe('Db')
    expect([await get('db'), await get('db', versionId)]).toEqual(['two', 'one'])
  })

  it('opens in no other vault, in no other deployment, and with no byte changed (SEC-116)', async () => {
    await set('db', 'one')
    const blob = await stand.vault.backup(app, here('db'))
    await stand.vaults.create(contextOf(), { name: 'other-kv', resourceGroup: 'default' })
    await grant(stand, app, secretsOfficer, 'other-kv')
    const refused = { code: 'secret_backup_refused' }
    await expect(stand.vault.restore(app, 'other-kv', blob)).rejects.toMatchObject(refused)
    const bytes = Buffer.from(blob, 'base64url')
    for (const at of [0, 1, 20, 40, bytes.length - 1]) {
      const changed = Buffer.from(bytes)
      changed.writeUInt8(changed.readUInt8(at) ^ 1, at)
      await expect(stand.vault.restore(app, 'prod-kv', changed.toString('base64url'))).rejects.toMatchObject(refused)
    }
    for (const nonsense of ['', 'AAAA', blob.slice(0, 30)]) {
      await expect(stand.vault.restore(app, 'prod-kv', nonsense)).rejects.toMatchObject(refused)
    }
    const elsewhere = await openVaultStand()
    await elsewhere.vaults.create(contextOf(), { name: 'prod-kv', resourceGroup: 'default' })
    await expect(elsewhere.vault.restore(operator(), 'prod-kv', blob)).rejects.toMatchObject(refused)
    await elsewhere.close()
    await stand.refusalsRecorded()
    expect(await auditTrail(stand)).not.toContain('integrity.failure')
  })

  it('is no stored value, nor is a stored value a backup: their keys differ (SEC-55, SEC-84)', async () => {
    await set('db', 'one')
    const [row] = await rowsOf(stand, 'vault_secret_versions')
    const stored = given(row).value_enc.toString('base64url')
    await expect(stand.vault.restore(app, 'prod-kv', stored)).rejects.toMatchObject({ code: 'secret_backup_refused' })
  })
})
