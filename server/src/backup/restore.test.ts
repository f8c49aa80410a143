import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { hourMs, minuteMs } from '@signet/shared/vocabulary/time'
import Sqlite from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { contextOf, given, identityOn, openStack, type Stack, tamper, temporaryFolder } from '../../test/stack.ts'
import { prepareTelemetry } from '../authority/issuance-log-store.ts'
import { FileRootKey } from '../platform/crypto/root-key/file-root-key.ts'
import { Database } from '../platform/database/database.ts'
import { StartupError } from '../platform/signet-error.ts'
import { Anchor } from './anchor.ts'
import { AnchorKeeper } from './anchor-keeper.ts'
import { Backups } from './backups.ts'
import { acceptData, restoreBackup, restoringFolder } from './restore.ts'

let stack: Stack
let backups: Backups
let keeper: AnchorKeeper

const settings = () => ({ folder: join(stack.folder, 'backups'), everyMs: hourMs, keepHourly: 24, keepDaily: 30 })
const anchorFile = () => join(stack.folder, 'anchor', 'anchor.json')
const parts = () => ({ dataDir: stack.dataDir, anchorFile: anchorFile(), root: stack.rootKey, clock: stack.clock })
const anchor = () => new Anchor(anchorFile(), stack.dataDir, stack.sealer.keyOf('anchor'))
const keeperOn = (database: Database) => AnchorKeeper.open({ ...stack, database, anchor: anchor() })

/** The data as a server that starts anew has it. */
function reopened(): Database {
  const database = Database.open(stack.dataDir, stack.clock)
  database.tagRows(stack.sealer.keyOf('integrity'))
  return database
}

beforeEach(async () => {
  stack = await openStack()
  prepareTelemetry(stack.dataDir, stack.clock.now())
  backups = await Backups.open({ ...stack, settings: settings() })
  keeper = await keeperOn(stack.database)
})

afterEach(() => stack.close())

async function stop(): Promise<void> {
  await keeper.stop()
  await stack.database.close()
}

/** One value of the data as it lies in its file. */
function read(sql: string, ...values: unknown[]): unknown {
  const db = new Sqlite(join(stack.dataDir, 'signet.db'), { readonly: true })
  try {
    return db
      .prepare<unknown[], unknown>(sql)
      .pluck()
      .get(...values)
  } finally {
    db.close()
  }
}

const stateOf = (principalId: string) => read('SELECT state FROM principals WHERE object_id = ?', principalId)
const usableOf = (principalId: string) =>
  read(
    "SELECT count(*) FROM credentials WHERE principal_id = ? AND state IN ('prepared','active','retiring')",
    principalId,
  )

describe('a restore', () => {
  it('brings back what was there, and none of what was taken away since (SEC-68)', async () => {
    const [kept, off, paused, revoked] = [
      await identityOn(stack, 'kept'),
      await identityOn(stack, 'off'),
      await identityOn(stack, 'paused'),
      await identityOn(stack, 'revoked'),
    ]
    for (const id of ['told', 'removed', 'disabled']) {
      await tamper(
        stack,
        `INSERT INTO webhooks VALUES ('${id}', '${stack.tenantId}', '${id}', 'https://receiver.example/', '[]', '[]', 1, NULL, x'00', NULL, NULL, 1, 0, 0, NULL)`,
      )
    }
    const backup = await backups.make(contextOf())
    stack.clock.advance(minuteMs)
    await stack.database.transact(async (tx) => {
      for (const id of ['removed', 'disabled'] as const) {
        const target = { kind: 'webhook', id, label: id }
        await stack.audit.append(tx, contextOf(), { action: `webhook.${id}`, target })
      }
    })
    await stack.identities.turnOff(contextOf(), off.instance.id)
    await stack.identities.actOn(contextOf(), 'pause', paused.principalId, {})
    await stack.database.transact((tx) =>
      stack.registry.credentials.revoke(tx, contextOf(), revoked.first, 'it was copied'),
    )
    const late = await identityOn(stack, 'late')
    stack.clock.advance(hourMs)
    await stop()
    const { mark, movedTo } = await restoreBackup(backup.file, parts())
    expect(mark).toMatchObject({ epoch: 1, backupNumber: backup.number, dataFrom: backup.madeAt, releasedAt: null })
    expect(mark.replayed).toBeGreaterThanOrEqual(3)
    expect(given(movedTo)).toContain('before-restore-1')
    expect([stateOf(kept.principalId), usableOf(kept.principalId)]).toEqual(['enabled', 1])
    expect([stateOf(off.principalId), usableOf(off.principalId)]).toEqual(['deleted', 0])
    expect(stateOf(paused.principalId)).toBe('suspended')
    expect([stateOf(revoked.principalId), usableOf(revoked.principalId)]).toEqual(['enabled', 0])
    expect(stateOf(late.principalId)).toBeUndefined()
    const enabledOf = (id: string) => read('SELECT enabled FROM webhooks WHERE id = ?', id)
    expect(['told', 'removed', 'disabled'].map(enabledOf)).toEqual([1, undefined, 0])
    const restored = reopened()
    expect(await restored.changedRows(), 'rows that are not as they were written').toEqual([])
    await restored.close()
  })

  it('refuses a backup of rows that were changed with something else, and changes nothing (SEC-64)', async () => {
    await identityOn(stack, 'changed')
    const db = new Sqlite(join(stack.dataDir, 'signet.db'))
    db.exec("UPDATE principals SET display_name = 'other'")
    db.close()
    const { file } = await backups.make(contextOf())
    await stop()
    await expect(restoreBackup(file, parts())).rejects.toThrow(/row \S+ of principals was changed.*earlier backup/)
    expect(existsSync(restoringFolder(stack.dataDir))).toBe(false)
  })

  it('knows from the anchor alone what was taken away, where the old data is lost (SEC-136)', async () => {
    const off = await identityOn(stack, 'off')
    const { file } = await backups.make(contextOf())
    await stack.identities.turnOff(contextOf(), off.instance.id)
    await stop()
    for (const name of readdirSync(stack.dataDir)) rmSync(join(stack.dataDir, name), { recursive: true })
    const { movedTo } = await restoreBackup(file, parts())
    expect(movedTo).toBeUndefined()
    expect([stateOf(off.principalId), usableOf(off.principalId)]).toEqual(['deleted', 0])
  })

  it('voids sessions, codes and join tokens, has every slot roll, and is on record (SEC-68)', async () => {
    const on = await identityOn(stack)
    const { code } = await stack.operators.issueCode(contextOf('console'))
    await stack.enrollment.issueJoinToken(contextOf(), on.instance.id, 86_400)
    const { file } = await backups.make(contextOf())
    stack.clock.advance(minuteMs)
    await stop()
    await restoreBackup(file, parts())
    expect(code.reveal()).not.toBe('')
    expect(read('SELECT count(*) FROM one_time_codes WHERE spent_at IS NULL')).toBe(0)
    expect(read('SELECT count(*) FROM join_tokens WHERE expires_at > ?', stack.clock.now())).toBe(0)
    expect(read('SELECT count(*) FROM operator_sessions')).toBe(0)
    expect(read("SELECT rotate_after FROM credential_slots WHERE state = 'open'")).toBe(stack.clock.now())
    expect(read("SELECT count(*) FROM audit_events WHERE action = 'restore.finished'")).toBe(1)
  })

  it('is in quarantine until it is released, over restarts, and only once', async () => {
    const { file } = await backups.make(contextOf())
    await stop()
    await restoreBackup(file, parts())
    const database = reopened()
    const audit = { append: async () => undefined } as unknown as Stack['audit']
    const open = () => Backups.open({ ...stack, database, audit, settings: settings() })
    keeper = await keeperOn(database)
    expect((await open()).quarantine).toMatchObject({ code: 'unavailable', retryAfterSeconds: 30 })
    const again = await open()
    await again.release(contextOf())
    expect(again.quarantine).toBeUndefined()
    expect((await open()).quarantine).toBeUndefined()
    await expect(again.release(contextOf())).rejects.toMatchObject({ code: 'conflict' })
    await keeper.stop()
    await database.close()
  })

  it('gives no number of a backup a second time, though the newer ones are lost (SEC-67)', async () => {
    const { file } = await backups.make(contextOf())
    const newest = await backups.make(contextOf())
    await stop()
    rmSync(newest.file)
    await restoreBackup(file, parts())
    expect(JSON.parse(String(read("SELECT value FROM cluster_settings WHERE key = 'backups'")))).toMatchObject({
      number: newest.number,
    })
  })

  it('of the same backup is refused a second time unless it is meant', async () => {
    const { file } = await backups.make(contextOf())
    await stop()
    await restoreBackup(file, parts())
    await expect(restoreBackup(file, parts())).rejects.toThrow(/restored here already.*--again/)
    expect((await restoreBackup(file, parts(), { isRepeat: true })).mark.epoch).toBe(2)
  })

  it('works on a machine that has nothing but the backup and the root key', async () => {
    const on = await identityOn(stack)
    const { file } = await backups.make(contextOf())
    await stop()
    const elsewhere = temporaryFolder()
    const dataDir = join(elsewhere, 'data')
    mkdirSync(dataDir, { mode: 0o700 })
    await restoreBackup(file, { ...parts(), dataDir, anchorFile: join(elsewhere, 'anchor.json') })
    const db = new Sqlite(join(dataDir, 'signet.db'), { readonly: true })
    expect(db.prepare('SELECT state FROM principals WHERE object_id = ?').pluck().get(on.principalId)).toBe('enabled')
    db.close()
    expect(existsSync(join(elsewhere, 'anchor.json'))).toBe(true)
    rmSync(elsewhere, { recursive: true })
  })
})

describe('a backup', () => {
  it('is verified, numbered upwards, and holds no byte in the clear but its header (SEC-61, SEC-67)', async () => {
    const on = await identityOn(stack, 'sentinel-name')
    const first = await backups.make(contextOf())
    const second = await backups.make(contextOf())
    expect([first.number, second.number]).toEqual([1, 2])
    expect(backups.list().map(({ number }) => number)).toEqual([2, 1])
    const bytes = readFileSync(second.file)
    expect(statSync(second.file).mode & 0o777).toBe(0o600)
    for (const secret of ['sentinel-name', on.principalId, 'SQLite format 3'])
      expect(bytes.includes(secret)).toBe(false)
    expect(existsSync(join(stack.dataDir, 'backup-scratch'))).toBe(false)
    expect(await backups.status()).toMatchObject({ failure: null, nextAt: second.madeAt + hourMs, restore: null })
  })

  it('that cannot be made leaves nothing behind, and says why until one can', async () => {
    writeFileSync(join(stack.folder, 'a-file'), '')
    await expect(backups.make(contextOf(), join(stack.folder, 'a-file', 'x'))).rejects.toMatchObject({
      code: 'unavailable',
    })
    expect((await backups.status()).failure).toMatch(/ENOTDIR/)
    await backups.make(contextOf())
    expect((await backups.status()).failure).toBeNull()
  })

  it.each([
    ['cut off', (file: string) => truncateSync(file, statSync(file).size - 1)],
    ['cut off at a portion', (file: string) => truncateSync(file, Math.floor(statSync(file).size / 2))],
    ['longer than it was', (file: string) => writeFileSync(file, Buffer.concat([readFileSync(file), Buffer.of(0)]))],
    ['changed in its header', (file: string) => replaceIn(file, '"number":1', '"number":7')],
    ['changed in its middle', (file: string) => flip(file, Math.floor(statSync(file).size / 2))],
    ['changed at its end', (file: string) => flip(file, statSync(file).size - 1)],
    ['of a later format', (file: string) => replaceIn(file, '"format":1', '"format":2')],
    ['another file', (file: string) => writeFileSync(file, 'what is this')],
    ['empty', (file: string) => writeFileSync(file, '')],
  ])('that is %s is refused in one line, and nothing is changed', async (_what, harm) => {
    const { file } = await backups.make(contextOf())
    await stop()
    const before = readFileSync(join(stack.dataDir, 'signet.db'))
    harm(file)
    await expect(restoreBackup(file, parts())).rejects.toBeInstanceOf(StartupError)
    expect(readFileSync(join(stack.dataDir, 'signet.db')).equals(before)).toBe(true)
    expect(existsSync(restoringFolder(stack.dataDir))).toBe(false)
  })

  it('needs the root key it was made under, and names it', async () => {
    const { file } = await backups.make(contextOf())
    await stop()
    const root = new FileRootKey({ file: join(stack.folder, 'other', 'root.key'), dataDir: stack.dataDir })
    await root.create()
    await expect(restoreBackup(file, { ...parts(), root })).rejects.toThrow(await stack.rootKey.health())
  })

  it('does not go over the data of another deployment', async () => {
    const { file } = await backups.make(contextOf())
    const other = await openStack()
    await other.database.close()
    await expect(restoreBackup(file, { ...parts(), dataDir: other.dataDir })).rejects.toThrow(/another deployment/)
    rmSync(other.folder, { recursive: true })
  })
})

describe('the anchor', () => {
  it('refuses data that was put back by hand, until an operator accepts it, and what was revoked stays revoked (SEC-136, SEC-142)', async () => {
    const off = await identityOn(stack, 'off')
    const file = join(stack.dataDir, 'signet.db')
    await stack.database.boundLog(0)
    copyFileSync(file, join(stack.folder, 'by-hand.db'))
    await stack.identities.turnOff(contextOf(), off.instance.id)
    await stop()
    for (const suffix of ['-wal', '-shm']) rmSync(`${file}${suffix}`, { force: true })
    copyFileSync(join(stack.folder, 'by-hand.db'), file)
    const old = reopened()
    await expect(keeperOn(old)).rejects.toThrow(/older than the anchor.*restore --accept/)
    await old.close()
    const { mark } = await acceptData(parts())
    expect(mark).toMatchObject({ epoch: 1, backupNumber: null })
    expect([stateOf(off.principalId), usableOf(off.principalId)]).toEqual(['deleted', 0])
    const accepted = reopened()
    expect(await accepted.changedRows(), 'what was written meanwhile is tagged').toEqual([])
    keeper = await keeperOn(accepted)
    await keeper.stop()
    await accepted.close()
  })

  it('that was changed, or is of another deployment, is refused', async () => {
    await keeper.stop()
    replaceIn(anchorFile(), '\\"epoch\\":0', '\\"epoch\\":9')
    await expect(keeperOn(stack.database)).rejects.toThrow(/was changed/)
    const content = { format: 1 as const, epoch: 0, seq: 0, backupNumber: 0, takings: [] }
    anchor().write({ ...content, tenantId: '00000000-0000-4000-8000-000000000000' })
    await expect(keeperOn(stack.database)).rejects.toThrow(/another deployment/)
  })

  it('is refused inside the data folder', () => {
    const inside = join(stack.dataDir, 'anchor.json')
    expect(() => new Anchor(inside, stack.dataDir, stack.sealer.keyOf('anchor'))).toThrow('SIGNET_ANCHOR_FILE')
  })
})

function replaceIn(file: string, from: string, to: string): void {
  const text = readFileSync(file, 'latin1')
  expect(text).toContain(from)
  writeFileSync(file, text.replace(from, to), 'latin1')
}

function flip(file: string, at: number): void {
  const bytes = readFileSync(file)
  bytes[at] = (bytes[at] ?? 0) ^ 1
  writeFileSync(file, bytes)
}
