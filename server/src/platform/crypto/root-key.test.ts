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
import { temporaryFolder } from '../../../test/stack.ts'
import { FakeClock } from '../clock.ts'
import { Database } from '../database/database.ts'
import { Sealer } from '../database/sealer.ts'
import { StartupError } from '../signet-error.ts'
import { loadRootKey } from './root-key.ts'

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

const load = (create = false, at = file) => loadRootKey({ file: at, dataDir, create })

describe('the root key', () => {
  it('is made once, of mode 0400, and read again as it is (SEC-56)', () => {
    const made = load(true)
    expect(statSync(file).mode & 0o777).toBe(0o400)
    expect(statSync(dirname(file)).mode & 0o777).toBe(0o700)
    expect(load().key.equals(made.key)).toBe(true)
    expect(made.key).toHaveLength(32)
  })

  it.each([0o600, 0o440, 0o404, 0o644, 0o777])('of mode %o is refused (SEC-56)', (mode) => {
    load(true)
    chmodSync(file, mode)
    expect(() => load()).toThrow(StartupError)
    expect(() => load()).toThrow('chmod 0400')
  })

  it('inside the data folder is refused before it is made, by a link as well (SEC-56)', () => {
    expect(() => load(true, join(dataDir, 'root.key'))).toThrow('SIGNET_ROOT_KEY_FILE')
    expect(() => load(true, join(dataDir, 'deep', 'root.key'))).toThrow(StartupError)
    symlinkSync(dataDir, join(folder, 'link'))
    expect(() => load(true, join(folder, 'link', 'root.key'))).toThrow(StartupError)
    expect(readdirSync(dataDir)).toEqual([])
  })

  it('that is missing beside existing data is never replaced (SEC-63)', () => {
    expect(() => load()).toThrow('is missing')
    expect(existsSync(file)).toBe(false)
  })

  it.each(['', 'signet-root-key-v1', 'signet-root-key-v1 c2hvcnQ=', `signet-root-key-v2 ${'A'.repeat(43)}=`])(
    'that reads %j is refused without repeating it',
    (text) => {
      mkdirSync(dirname(file), { mode: 0o700 })
      writeFileSync(file, text, { mode: 0o400 })
      expect(() => load()).toThrow('is damaged')
    },
  )

  it('of another database is refused by ID, not by bytes, and nothing is changed (SEC-63)', async () => {
    const clock = new FakeClock()
    const own = load(true)
    const database = Database.open(dataDir, clock)
    await Sealer.open(database, own, ['ca'], clock)
    const before = await database.read.selectFrom('data_keys').selectAll().execute()
    const foreign = load(true, join(folder, 'other', 'root.key'))
    const error = await Sealer.open(database, foreign, ['ca', 'signing'], clock).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(StartupError)
    expect(String(error)).toContain(own.id.toString('hex'))
    expect(String(error)).toContain(foreign.id.toString('hex'))
    for (const { key } of [own, foreign]) {
      expect(String(error)).not.toContain(key.toString('hex'))
      expect(String(error)).not.toContain(key.toString('base64'))
    }
    expect(await database.read.selectFrom('data_keys').selectAll().execute()).toEqual(before)
    await database.close()
  })

  it('stands nowhere in the data folder (SEC-56)', async () => {
    const key = load(true)
    const database = Database.open(dataDir, new FakeClock())
    await Sealer.open(database, key, ['ca'], new FakeClock())
    await database.close()
    for (const name of readdirSync(dataDir)) {
      const content = readFileSync(join(dataDir, name))
      expect(content.includes(key.key)).toBe(false)
      expect(content.includes(key.key.toString('base64'))).toBe(false)
    }
  })
})
