import { join } from 'node:path'
import { dayMs, hourMs, minuteMs } from '@signet/shared/vocabulary/time'
import Sqlite from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { auditTrail, contextOf, given, rowsOf, tamper } from '../../test/stack.ts'
import { Secret } from '../platform/secret.ts'
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

describe('a secret', () => {
  it('is what was set last, and every version stays what it was', async () => {
    const first = await set('Db-Password', 'one')
    stand.clock.advance(1_000)
    const second = await set('db-password', 'two')
    expect([first.versionId, second.versionId]).toEqual([
      expect.stringMatching(/^[0-9a-f]{32}$/),
      expect.stringMatching(/^[0-9a-f]{32}$/),
    ])
    expect([await get('DB-PASSWORD'), await get('db-password', first.versionId)]).toEqual(['two', 'one'])
    expect(second.name).toBe('Db-Password')
  })

  it('has a value of at most 25,600 bytes, counted in UTF-8 (SEC-110)', async () => {
    await set('big', 'é'.repeat(12_800))
    await expect(set('big', `${'é'.repeat(12_800)}x`)).rejects.toMatchObject({ code: 'invalid_request' })
    expect((await get('big')).length).toBe(12_800)
  })

  it('has at most 15 tags (SEC-110)', async () => {
    const tags = Object.fromEntries(Array.from({ length: 16 }, (_, index) => [`t${index}`, 'x']))
    await expect(stand.vault.set(app, here('tagged'), { ...text('x'), attributes: { tags } })).rejects.toMatchObject({
      code: 'invalid_request',
    })
  })

  it('that is disabled is not read, and is read again once enabled; its dates refuse nobody', async () => {
    const { versionId } = await set('db', 'one')
    await stand.vault.update(app, here('db'), { enabled: false, expires: 1 })
    await expect(get('db')).rejects.toMatchObject({ code: 'secret_disabled' })
    await expect(get('db', versionId)).rejects.toMatchObject({ code: 'secret_disabled' })
    await stand.vault.update(app, { ...here('db'), version: versionId }, { enabled: true })
    expect(await get('db')).toBe('one')
  })

  it('is unknown where there is none, no such version, and in no other vault (SEC-111)', async () => {
    await stand.vaults.create(contextOf(), { name: 'other-kv', resourceGroup: 'default' })
    await grant(stand, app, secretsOfficer, 'other-kv')
    await set('db', 'one')
    await expect(get('nothing')).rejects.toMatchObject({ code: 'not_found' })
    await expect(get('db', '0'.repeat(32))).rejects.toMatchObject({ code: 'not_found' })
    await expect(stand.vault.get(app, { vault: 'other-kv', name: 'db' })).rejects.toMatchObject({ code: 'not_found' })
    await expect(stand.vault.get(app, { vault: 'no-kv', name: 'db' })).rejects.toMatchObject({ code: 'vault_unknown' })
  })
})

describe('a value at rest', () => {
  it('is sealed, for its vault, name and version alone (SEC-59, SEC-111)', async () => {
    await set('db', 'hunter2-sentinel')
    await set('other', 'another')
    const [db, other] = await rowsOf(stand, 'vault_secret_versions')
    expect(given(db).value_enc.toString('latin1')).not.toContain('hunter2')
    await tamper(
      stand,
      `UPDATE vault_secret_versions SET value_enc = (SELECT value_enc FROM vault_secret_versions WHERE secret_id = '${given(db).secret_id}')
       WHERE secret_id = '${given(other).secret_id}'`,
    )
    await expect(get('other')).rejects.toThrow(/does not open/)
    await tamper(stand, `UPDATE vault_secrets SET name_key = 'moved' WHERE name_key = 'db'`)
    await expect(get('moved')).rejects.toThrow(/does not open/)
    await stand.refusalsRecorded()
    expect((await auditTrail(stand)).filter((action) => action === 'integrity.failure')).toHaveLength(2)
    expect((await auditTrail(stand)).filter((action) => action === 'secret.read')).toHaveLength(0)
  })

  it('has no form that is not sealed (SEC-60)', async () => {
    await set('db', 'one')
    await tamper(stand, `UPDATE vault_secret_versions SET value_enc = CAST('plain' AS BLOB)`)
    await expect(get('db')).rejects.toThrow(/does not open/)
  })
})

describe('a row that was changed with a database tool', () => {
  it.each([
    ['a disabled version that is enabled', 'UPDATE vault_secret_versions SET enabled = 1'],
    ['a secret that leads to another version', 'UPDATE vault_secrets SET current_seq = 1'],
    ['a secret that is no longer deleted', 'UPDATE vault_secrets SET deleted_at = NULL, purge_at = NULL'],
    ['a vault at another scope', `UPDATE vaults SET arm_id = replace(arm_id, 'default', 'other')`],
    ['a vault that loses its protection', 'UPDATE vaults SET soft_delete_days = 7'],
  ])('%s gives nothing away, and is on record (SEC-64, SEC-142)', async (_what, edit) => {
    await set('db', 'one')
    await set('db', 'two')
    await stand.vault.update(app, here('db'), { enabled: false })
    if (edit.includes('deleted_at')) await stand.vault.delete(app, here('db'))
    const tool = new Sqlite(join(stand.dataDir, 'signet.db'))
    tool.exec(edit)
    tool.close()
    await expect(get('db')).rejects.toThrow(/not as it was written/)
    await stand.refusalsRecorded()
    expect(await auditTrail(stand)).toContain('integrity.failure')
    expect(await auditTrail(stand)).not.toContain('secret.read')
  })
})

describe('the record of a read', () => {
  it('is durable before the value leaves, and has no value in it (SEC-114, SEC-123)', async () => {
    const { versionId } = await set('db', 'hunter2-sentinel')
    await get('db')
    expect(await lastEvent()).toMatchObject({
      ...{ action: 'secret.read', outcome: 'ok', actor_kind: 'principal', actor_label: 'billing' },
      ...{ target_kind: 'secret', target_label: 'Prod-KV/db', after: JSON.stringify({ version: versionId }) },
    })
    expect(JSON.stringify(await events())).not.toContain('hunter2')
  })

  it('is what the value waits for: without it there is none (SEC-125)', async () => {
    await set('db', 'one')
    await tamper(
      stand,
      `CREATE TRIGGER no_records BEFORE INSERT ON audit_events BEGIN SELECT RAISE(ABORT, 'disk full'); END`,
    )
    await expect(get('db')).rejects.toThrow()
    await expect(stand.vault.reveal(operator(), { ...here('db'), version: '0'.repeat(32) }, 'why')).rejects.toThrow()
  })

  it('comes of no list, no look at it and no deletion (SEC-112)', async () => {
    const { versionId } = await set('db', 'one')
    const before = (await events()).length
    await stand.lists.page(app, 'prod-kv', { deleted: false, limit: 25 })
    await stand.lists.versions(app, here('db'), { limit: 25 })
    const { lastRead } = await stand.lists.show(operator(), 'prod-kv', 'db')
    await stand.lists.version(operator(), { ...here('db'), version: versionId })
    await stand.directory.lookUp({ text: 'prod-kv' })
    expect(lastRead).toBeNull()
    expect((await stand.vaults.show('prod-kv')).lastDay).toEqual({ reads: 0, readers: 0 })
    expect(await events()).toHaveLength(before)
  })

  it('is counted at the vault for a day, and the last reader stands by the secret, whose version stays', async () => {
    const { versionId } = await set('db', 'one')
    const { rowVersion } = await stand.lists.show(operator(), 'prod-kv', 'db')
    await get('db')
    await get('db')
    await expect(get('none')).rejects.toMatchObject({ code: 'not_found' })
    stand.clock.advance(12 * hourMs)
    await stand.vault.reveal(operator(), { ...here('db'), version: versionId }, 'handed over')
    const at = stand.clock.now()
    const shown = await stand.lists.show(operator(), 'prod-kv', 'db')
    expect(shown).toMatchObject({ lastRead: { at, by: { kind: 'operator' } }, rowVersion })
    const counts = () => stand.database.read.selectFrom('vault_reads').selectAll().execute()
    const lastDay = async () => (await stand.vaults.show('prod-kv')).lastDay
    expect(await lastDay()).toEqual({ reads: 3, readers: 2 })
    const page = await stand.vaults.page({ deleted: false, limit: 25 })
    expect(page.items).toMatchObject([{ name: 'Prod-KV', lastDay: { reads: 3, readers: 2 } }])
    stand.clock.advance(13 * hourMs)
    expect(await lastDay()).toEqual({ reads: 1, readers: 1 })
    await stand.secretPurge.turn()
    expect(await counts()).toHaveLength(1)
    stand.clock.advance(dayMs)
    await stand.secretPurge.turn()
    expect(await counts()).toHaveLength(0)
    expect((await stand.lists.show(operator(), 'prod-kv', 'db')).lastRead?.at).toBe(at)
  })

  it('is announced once a second of each secret, however often it is read', async () => {
    await set('db', 'one')
    const heard: string[] = []
    const stop = stand.database.subscribe((changes) => {
      heard.push(...changes.flatMap(({ kind }) => (kind === 'vault' ? [kind] : [])))
    })
    for (let reads = 0; reads < 5; reads += 1) await get('db')
    expect(heard).toHaveLength(1)
    stand.clock.advance(1_000)
    await get('db')
    stop()
    expect(heard).toHaveLength(2)
  })

  it('names the reveal of an operator as what it is, with the reason (SEC-22)', async () => {
    const { versionId } = await set('db', 'one')
    const value = await stand.vault.reveal(operator(), { ...here('db'), version: versionId }, 'rotating by hand')
    expect([value.reveal(), String(value), JSON.stringify({ value })]).toEqual([
      'one',
      '[redacted]',
      '{"value":"[redacted]"}',
    ])
    expect(await lastEvent()).toMatchObject({
      ...{ action: 'secret.revealed', actor_kind: 'operator', reason: 'rotating by hand' },
    })
  })
})

describe('who has no role for it', () => {
  it.each<[string, (asker: Asker) => Promise<unknown>]>([
    ['get', (asker) => stand.vault.get(asker, here('db'))],
    ['set', (asker) => stand.vault.set(asker, here('db'), text('x'))],
    ['update', (asker) => stand.vault.update(asker, here('db'), { enabled: false })],
    ['delete', (asker) => stand.vault.delete(asker, here('db'))],
    ['recover', (asker) => stand.vault.recover(asker, here('db'))],
    ['purge', (asker) => stand.vault.purge(asker, here('db'))],
    ['backup', (asker) => stand.vault.backup(asker, here('db'))],
    ['restore', (asker) => stand.vault.restore(asker, 'prod-kv', 'AAAA')],
    ['list', (asker) => stand.lists.page(asker, 'prod-kv', { deleted: false, limit: 25 })],
    ['versions', (asker) => stand.lists.versions(asker, here('db'), { limit: 25 })],
    ['deleted', (asker) => stand.lists.deleted(asker, 'prod-kv', 'db')],
  ])('is refused %s, there being such a secret or not, and it is on record (SEC-112, SEC-122)', async (_verb, ask) => {
    const nobody = await principalAsker(stand, 'nobody')
    await expect(ask(nobody)).rejects.toMatchObject({ code: 'forbidden' })
    await set('db', 'one')
    await expect(ask(nobody)).rejects.toMatchObject({ code: 'forbidden' })
    expect(await lastEvent()).toMatchObject({ action: 'secret.refused', outcome: 'refused', actor_label: 'nobody' })
    expect(await get('db')).toBe('one')
  })

  it('may do what the role has and no more: a reader reads and lists, and changes nothing (SEC-112)', async () => {
    const reader = await principalAsker(stand, 'reader')
    await grant(stand, reader, secretsUser, 'prod-kv')
    await set('db', 'one')
    expect(await get('db', undefined, reader)).toBe('one')
    for (const refused of [
      stand.vault.set(reader, here('db'), text('x')),
      stand.vault.delete(reader, here('db')),
      stand.vault.backup(reader, here('db')),
    ]) {
      await expect(refused).rejects.toMatchObject({ code: 'forbidden' })
    }
  })

  it('has it for one secret alone where the role is at that secret', async () => {
    const reader = await principalAsker(stand, 'reader')
    await set('db', 'one')
    await set('db2', 'two')
    await grant(stand, reader, secretsUser, 'prod-kv', 'DB')
    expect(await get('db', undefined, reader)).toBe('one')
    await expect(get('db2', undefined, reader)).rejects.toMatchObject({ code: 'forbidden' })
    await expect(stand.lists.page(reader, 'prod-kv', { deleted: false, limit: 25 })).rejects.toMatchObject({
      code: 'forbidden',
    })
  })

  it('of another vault has none here (SEC-111)', async () => {
    const other = await principalAsker(stand, 'other')
    await stand.vaults.create(contextOf(), { name: 'other-kv', resourceGroup: 'default' })
    await grant(stand, other, secretsOfficer, 'other-kv')
    await set('db', 'one')
    await expect(get('db', undefined, other)).rejects.toMatchObject({ code: 'forbidden' })
  })

  it('loses it with the assignment, from the next request on (SEC-121)', async () => {
    const reader = await principalAsker(stand, 'reader')
    const { assignmentId } = await grant(stand, reader, secretsUser, 'prod-kv')
    await set('db', 'one')
    expect(await get('db', undefined, reader)).toBe('one')
    await stand.authorization.assignments.revoke(contextOf(), assignmentId)
    await expect(get('db', undefined, reader)).rejects.toMatchObject({ code: 'forbidden' })
  })
})

describe('acts at the same time', () => {
  it('end as if one had come after the other', async () => {
    for (let round = 0; round < 10; round += 1) {
      const name = `db-${round}`
      await set(name, 'start')
      await stand.vault.delete(app, here(name))
      const acts = [
        stand.vault.recover(app, here(name)),
        stand.vault.purge(app, here(name)),
        set(name, 'again'),
        stand.vault.delete(app, here(name)),
        set(name, 'once more'),
      ]
      const outcomes = await Promise.allSettled(acts.sort(() => (round % 2 ? 1 : -1)))
      for (const outcome of outcomes) {
        if (outcome.status === 'rejected') {
          expect(['not_found', 'secret_deleted']).toContain((outcome.reason as { code: string }).code)
        }
      }
      const secrets = (await rowsOf(stand, 'vault_secrets')).filter((row) => row.name === name)
      expect(secrets.length).toBeLessThanOrEqual(1)
      const versions = (await rowsOf(stand, 'vault_secret_versions')).filter((row) => row.secret_id === secrets[0]?.id)
      expect(versions.at(-1)?.seq).toBe(secrets[0]?.current_seq)
    }
  })

  it('set as many versions as there were calls, the last of them in force', async () => {
    const made = await Promise.all(Array.from({ length: 20 }, (_, index) => set('db', `value ${index}`)))
    const [secret] = await rowsOf(stand, 'vault_secrets')
    expect(given(secret).current_seq).toBe(20)
    const current = (await stand.vault.get(app, here('db'))).secret
    expect(made.map(({ versionId }) => versionId)).toContain(current.versionId)
  })
})

describe('a page', () => {
  beforeEach(async () => {
    for (const name of ['a', 'b', 'c', 'd', 'e']) await set(name, 'x')
  })
  const page = (cursor?: string, asker = app, limit = 2) =>
    stand.lists.page(asker, 'prod-kv', { deleted: false, limit, cursor })

  it('leads to the next one, with nothing skipped or shown twice', async () => {
    const names: string[] = []
    let cursor: string | null | undefined
    do {
      const { items, nextCursor } = await page(cursor ?? undefined)
      names.push(...items.map(({ name }) => name))
      cursor = nextCursor
    } while (cursor)
    expect(names).toEqual(['a', 'b', 'c', 'd', 'e'])
  })

  it('does so for its caller, vault and question alone, for ten minutes (SEC-110)', async () => {
    const { nextCursor } = await page()
    const cursor = given(nextCursor ?? undefined)
    const refused = { code: 'invalid_request' }
    const other = await principalAsker(stand, 'other')
    await grant(stand, other, secretsUser, 'prod-kv')
    await stand.vaults.create(contextOf(), { name: 'other-kv', resourceGroup: 'default' })
    await grant(stand, app, secretsOfficer, 'other-kv')
    await expect(page(cursor, other)).rejects.toMatchObject(refused)
    await expect(page(cursor, app, 3)).rejects.toMatchObject(refused)
    await expect(page(`${cursor.slice(0, -2)}AA`)).rejects.toMatchObject(refused)
    await expect(stand.lists.page(app, 'other-kv', { deleted: false, limit: 2, cursor })).rejects.toMatchObject(refused)
    await expect(stand.lists.page(app, 'prod-kv', { deleted: true, limit: 2, cursor })).rejects.toMatchObject(refused)
    await expect(stand.lists.versions(app, here('a'), { limit: 2, cursor })).rejects.toMatchObject(refused)
    expect((await page(cursor)).items).toHaveLength(2)
    stand.clock.advance(10 * minuteMs)
    await expect(page(cursor)).rejects.toMatchObject(refused)
  })
})

it('keeps a value out of errors, logs and whatever prints it (SEC-115, SEC-171)', async () => {
  const sentinel = 'hunter2-sentinel'
  await set('db', sentinel)
  const answer = await stand.vault.get(app, here('db'))
  expect(JSON.stringify(answer)).not.toContain(sentinel)
  const errors = await Promise.allSettled([
    stand.vault.set(app, here('big'), { value: new Secret(sentinel.repeat(2_000)) }),
    stand.vault.restore(app, 'prod-kv', sentinel),
  ])
  for (const error of errors) expect(String(error.status === 'rejected' && error.reason)).not.toContain(sentinel)
  expect(JSON.stringify(await rowsOf(stand, 'change_events'))).not.toContain(sentinel)
})
