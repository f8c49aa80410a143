import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../../../test/stack.ts'
import { FakeClock } from '../../clock.ts'
import { Database } from '../../database/database.ts'
import { Sealer } from '../../database/sealer.ts'
import { StartupError } from '../../signet-error.ts'
import { EnvelopeError } from '../sealing.ts'
import { FileRootKey } from './file-root-key.ts'
import { RootKeyUnavailable } from './root-key-provider.ts'

let folder: string
let dataDir: string
let file: string

beforeEach(() => {
  folder = temporaryFolder()
  dataDir = join(folder, 'data')
  file = join(folder, 'keys', 'root.key')
  mkdirSync(dataDir, { mode: 0o700 })
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

const rootKey = (at = file) => new FileRootKey({ file: at, dataDir })
const place = { keyId: 'one', purpose: 'ca' }

async function made(at = file): Promise<FileRootKey> {
  const root = rootKey(at)
  await root.create()
  return root
}

describe('the root key in a file', () => {
  it('is made once, of mode 0400, and read again as it is (SEC-56)', async () => {
    const root = await made()
    expect(statSync(file).mode & 0o777).toBe(0o400)
    expect(statSync(dirname(file)).mode & 0o777).toBe(0o700)
    const id = await root.health()
    await root.create()
    expect(await rootKey().health()).toBe(id)
    expect(id).toMatch(/^[0-9a-f]{32}$/)
  })

  it('opens what it wrapped, for the same key and purpose alone (SEC-55)', async () => {
    const root = await made()
    const wrapped = await root.wrap(place, Buffer.from('key'))
    expect((await root.unwrap(place, wrapped)).toString()).toBe('key')
    await expect(root.unwrap({ ...place, purpose: 'signing' }, wrapped)).rejects.toThrow(EnvelopeError)
    await expect(root.unwrap({ ...place, keyId: 'two' }, wrapped)).rejects.toThrow(EnvelopeError)
  })

  it.each([0o600, 0o440, 0o404, 0o644, 0o777])('of mode %o is refused (SEC-56)', async (mode) => {
    const root = await made()
    chmodSync(file, mode)
    const refused = await root.health().catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(StartupError)
    expect(refused).not.toBeInstanceOf(RootKeyUnavailable)
    expect(String(refused)).toContain('chmod 0400')
  })

  it('inside the data folder is refused before it is made, by a link as well (SEC-56)', async () => {
    expect(() => rootKey(join(dataDir, 'root.key'))).toThrow('SIGNET_ROOT_KEY_FILE')
    expect(() => rootKey(join(dataDir, 'deep', 'root.key'))).toThrow(StartupError)
    symlinkSync(dataDir, join(folder, 'link'))
    expect(() => rootKey(join(folder, 'link', 'root.key'))).toThrow(StartupError)
    expect(readdirSync(dataDir)).toEqual([])
  })

  it('that is missing is waited for, not replaced (SEC-57)', async () => {
    await expect(rootKey().health()).rejects.toThrow(RootKeyUnavailable)
    await expect(rootKey().wrap(place, Buffer.alloc(32))).rejects.toThrow('is missing')
    expect(existsSync(file)).toBe(false)
  })

  it('is never overwritten by a fresh one (SEC-58)', async () => {
    const id = await (await made()).health()
    await expect(rootKey().createFresh()).rejects.toThrow('move it away')
    expect(await rootKey().health()).toBe(id)
  })

  it.each(['', 'signet-root-key-v1', 'signet-root-key-v1 c2hvcnQ=', `signet-root-key-v2 ${'A'.repeat(43)}=`])(
    'that reads %j is refused without repeating it',
    async (text) => {
      mkdirSync(dirname(file), { mode: 0o700 })
      writeFileSync(file, text, { mode: 0o400 })
      await expect(rootKey().health()).rejects.toThrow(/is damaged: restore it from your copy$/)
    },
  )

  it('of another database is refused by ID, not by bytes, and nothing is changed (SEC-63)', async () => {
    const clock = new FakeClock()
    const own = await made()
    const database = Database.open(dataDir, clock)
    await Sealer.open(database, own, ['ca'], clock)
    const before = await database.read.selectFrom('data_keys').selectAll().execute()
    const otherFile = join(folder, 'other', 'root.key')
    const foreign = await made(otherFile)
    const error = await Sealer.open(database, foreign, ['ca', 'signing'], clock).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(StartupError)
    expect(error).not.toBeInstanceOf(RootKeyUnavailable)
    expect(String(error)).toContain(await own.health())
    expect(String(error)).toContain(await foreign.health())
    for (const key of [keyIn(file), keyIn(otherFile)]) {
      expect(String(error)).not.toContain(key.toString('hex'))
      expect(String(error)).not.toContain(key.toString('base64'))
    }
    expect(await database.read.selectFrom('data_keys').selectAll().execute()).toEqual(before)
    await database.close()
  })

  it('stands nowhere in the data folder (SEC-56)', async () => {
    const root = await made()
    const database = Database.open(dataDir, new FakeClock())
    await Sealer.open(database, root, ['ca'], new FakeClock())
    await database.close()
    for (const name of readdirSync(dataDir)) {
      const content = readFileSync(join(dataDir, name))
      expect(content.includes(keyIn(file))).toBe(false)
      expect(content.includes(keyIn(file).toString('base64'))).toBe(false)
    }
  })
})

function keyIn(at: string): Buffer {
  return Buffer.from(readFileSync(at, 'utf8').trim().split(' ')[1] ?? '', 'base64')
}
