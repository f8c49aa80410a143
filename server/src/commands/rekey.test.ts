import { randomBytes } from 'node:crypto'
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../test/stack.ts'
import { FakeClock } from '../platform/clock.ts'
import { EnvironmentRootKey } from '../platform/crypto/root-key/environment-root-key.ts'
import { FileRootKey } from '../platform/crypto/root-key/file-root-key.ts'
import type { SealPurpose } from '../platform/crypto/sealing.ts'
import { Database, sqlOf } from '../platform/database/database.ts'
import { RecoveryShares } from '../platform/database/recovery.ts'
import { replaceRootKey } from '../platform/database/rekey.ts'
import { Sealer } from '../platform/database/sealer.ts'
import { rekey } from './rekey.ts'

const clock = new FakeClock()
const purposes: SealPurpose[] = ['signing', 'ca', 'paging']
const place = { table: 'signing_keys', rowId: 'one', column: 'private_enc', version: 1 }
let folder: string
let dataDir: string
let file: string
let sealed: Buffer
const environment = (more: NodeJS.ProcessEnv = {}) => ({
  SIGNET_DATA_DIR: dataDir,
  SIGNET_ROOT_KEY_FILE: file,
  ...more,
})
const root = (at = file) => new FileRootKey({ file: at, dataDir })

beforeEach(async () => {
  folder = temporaryFolder()
  dataDir = join(folder, 'data')
  file = join(folder, 'keys', 'root.key')
  await withDatabase(async (database) => {
    sealed = (await Sealer.open(database, root(), purposes, clock)).seal('signing', place, Buffer.from('a secret'))
  })
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

async function withDatabase<T>(work: (database: Database) => Promise<T>): Promise<T> {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const database = Database.open(dataDir, clock)
  try {
    return await work(database)
  } finally {
    await database.close()
  }
}

/** What a start of the server does with the root key it is given. */
const start = (provider: Parameters<typeof Sealer.open>[1] = root()) =>
  withDatabase(async (database) => {
    const sealer = await Sealer.open(database, provider, purposes, clock)
    return sealer.open('signing', place, sealed).toString()
  })
const keyOfData = () =>
  withDatabase(async (database) => {
    const rows = await database.read.selectFrom('data_keys').select('root_key_ref').execute()
    return [...new Set(rows.map((row) => row.root_key_ref))]
  })
const records = () =>
  withDatabase(async (database) =>
    (await database.read.selectFrom('audit_events').select('action').execute()).filter(
      ({ action }) => action === 'root_key.replaced',
    ),
  )

describe('signet rekey', () => {
  it('puts every data key under a new root key, on record, and the old one opens it no more', async () => {
    const old = await root().health()
    const told = await rekey(environment(), clock)
    const next = await root().health()
    expect(next).not.toBe(old)
    expect(await keyOfData()).toEqual([next])
    expect(told).toContain(next)
    expect(told).toContain('recovery-shares')
    expect(await start()).toBe('a secret')
    expect(statSync(file).mode & 0o777).toBe(0o400)
    expect(await root(`${file}.${old}`).health()).toBe(old)
    await expect(start(root(`${file}.${old}`))).rejects.toThrow(/sealed under root key .*nothing was changed/)
    expect(await records()).toHaveLength(1)
  })

  it('leaves the recovery shares good, and what they open is the same', async () => {
    await withDatabase((database) =>
      new RecoveryShares({ database, root: root(), clock }).take({ shares: 3, threshold: 2 }, async () => undefined),
    )
    await rekey(environment(), clock)
    await withDatabase(async (database) => {
      const again = new RecoveryShares({ database, root: root(), clock })
      await again.take({ shares: 3, threshold: 2 }, async () => undefined)
      expect(await again.current()).toBeDefined()
    })
    expect(await start()).toBe('a secret')
  })

  it('goes to another provider by its settings with NEXT in their names', async () => {
    const value = randomBytes(32).toString('base64')
    const next = { SIGNET_NEXT_ROOT_KEY_PROVIDER: 'environment', SIGNET_NEXT_ROOT_KEY: value }
    expect(await rekey(environment(next), clock)).toContain('without NEXT')
    expect(await start(new EnvironmentRootKey(value))).toBe('a secret')
    await expect(start()).rejects.toThrow(/sealed under root key/)
    await expect(rekey(environment(next), clock)).rejects.toThrow(/already/)
  })

  it('changes nothing with a root key that is not that of the data', async () => {
    const before = await keyOfData()
    rmSync(file, { force: true })
    await root().createFresh()
    await expect(rekey(environment(), clock)).rejects.toThrow(/not the one given/)
    expect(await keyOfData()).toEqual(before)
  })

  it('changes nothing when the record of it cannot be written', async () => {
    const before = await keyOfData()
    await withDatabase(async (database) => {
      const to = await root().successor()
      const refused = replaceRootKey({ database, from: root(), to }, async (tx) => {
        await sqlOf(tx).deleteFrom('recovery_sets').execute()
        throw new Error('the disk is full')
      })
      await expect(refused).rejects.toThrow('the disk is full')
    })
    expect(await keyOfData()).toEqual(before)
    expect(await start()).toBe('a secret')
  })
})

const committed = async () => {
  await withDatabase(async (database) => {
    await replaceRootKey({ database, from: root(), to: await root().successor() }, async () => undefined)
  })
}

/** Where a kill can leave files and data: named for the last step that was taken. */
const cuts: Record<string, () => Promise<void>> = {
  'half a new key was written': async () => {
    copyFileSync(file, `${file}.next.tmp`)
  },
  'the new key was made': async () => {
    await root().successor()
  },
  'the data was committed': committed,
  'the old key was moved away': async () => {
    const old = await root().health()
    await committed()
    renameSync(file, `${file}.${old}`)
  },
}

describe.each(Object.entries(cuts))('a change of the root key that was killed after %s', (_step, cut) => {
  it('lets the server start, with every secret there', async () => {
    await cut()
    expect(await start()).toBe('a secret')
    expect(await start()).toBe('a secret')
  })

  it('is finished by running it again, once', async () => {
    const old = await root().health()
    await cut()
    await rekey(environment(), clock)
    expect(await root().health()).not.toBe(old)
    expect(await keyOfData()).toEqual([await root().health()])
    expect(await start()).toBe('a secret')
    expect(existsSync(`${file}.next`)).toBe(false)
    expect(readdirSync(join(folder, 'keys')).filter((name) => name.endsWith('.tmp'))).toEqual([])
    expect(readFileSync(`${file}.${old}`, 'utf8')).toContain('signet-root-key')
    await expect(start(root(`${file}.${old}`))).rejects.toThrow(/sealed under root key/)
  })
})
