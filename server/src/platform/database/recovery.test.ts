import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../../test/stack.ts'
import { FakeClock } from '../clock.ts'
import { ShareCollector } from '../crypto/recovery-share.ts'
import { FileRootKey } from '../crypto/root-key/file-root-key.ts'
import type { SealedPlace, SealPurpose } from '../crypto/sealing.ts'
import { Database } from './database.ts'
import { RecoveryShares, recoverRootKey } from './recovery.ts'
import { Sealer } from './sealer.ts'

const clock = new FakeClock()
const purposes: SealPurpose[] = ['signing', 'ca', 'paging']
const place: SealedPlace = { table: 'signing_keys', rowId: 'one', column: 'private_enc', version: 1 }
const nothing = async () => undefined

let folder: string
let file: string
let root: FileRootKey
let database: Database

beforeEach(() => {
  folder = temporaryFolder()
  file = join(folder, 'keys', 'root.key')
  root = new FileRootKey({ file, dataDir: join(folder, 'data') })
  database = Database.open(folder, clock)
})
afterEach(async () => {
  await database.close()
  rmSync(folder, { recursive: true, force: true })
})

const keyRows = () => database.read.selectFrom('data_keys').selectAll().orderBy('id').execute()
const open = (wanted = purposes) => Sealer.open(database, root, wanted, clock)
const take = (shares = 3, threshold = 2) =>
  new RecoveryShares({ database, root, clock }).take({ shares, threshold }, nothing)

function recover(lines: readonly string[], within: () => Promise<void> = nothing): Promise<string> {
  const collector = new ShareCollector()
  for (const line of lines) collector.add(line)
  return recoverRootKey({ database, root, setId: collector.setId ?? '', secret: collector.combine() }, within)
}

describe('a lost root key', () => {
  it.each([
    [0, 1],
    [0, 2],
    [1, 2],
  ])('is recovered from shares %d and %d, and every sealed value opens (SEC-58)', async (first, second) => {
    const before = await open()
    const sealed = purposes.map((purpose) => before.seal(purpose, place, Buffer.from(`secret of ${purpose}`)))
    const { shares } = await take()
    rmSync(file)
    const keyId = await recover([shares[first] ?? '', shares[second] ?? ''])
    expect(await root.health()).toBe(keyId)
    const after = await open()
    for (const [index, purpose] of purposes.entries()) {
      expect(after.open(purpose, place, sealed[index] ?? Buffer.alloc(0)).toString()).toBe(`secret of ${purpose}`)
    }
    expect(after.keyOf('paging').equals(before.keyOf('paging'))).toBe(true)
  })

  it('is recovered with keys that were made after the shares were taken (SEC-58)', async () => {
    await open(['ca'])
    const { shares } = await take()
    const sealed = (await open(['ca', 'signing'])).seal('signing', place, Buffer.from('later'))
    rmSync(file)
    await recover(shares.slice(0, 2))
    const later = await open(['ca', 'signing', 'paging'])
    expect(later.open('signing', place, sealed).toString()).toBe('later')
    rmSync(file)
    await recover(shares.slice(1))
    expect((await open()).open('signing', place, sealed).toString()).toBe('later')
  })

  it('is not recovered by shares of an earlier set, and nothing is changed (SEC-58)', async () => {
    await open()
    const { set: old, shares } = await take()
    const { set } = await take(5, 3)
    rmSync(file)
    const before = await keyRows()
    await expect(recover(shares.slice(0, 2))).rejects.toThrow(
      `of set ${old.id}, but this data is opened by set ${set.id}`,
    )
    await expect(root.health()).rejects.toThrow('is missing')
    expect(await keyRows()).toEqual(before)
  })

  it('is not recovered without shares ever taken', async () => {
    await open()
    const secret = Buffer.alloc(32, 1)
    await expect(recoverRootKey({ database, root, setId: 'ABCDEFGH', secret }, nothing)).rejects.toThrow(
      'no recovery shares were taken',
    )
  })

  it('is not recovered by a wrong secret under the name of the right set (SEC-58)', async () => {
    await open()
    const { set } = await take()
    rmSync(file)
    const secret = Buffer.alloc(32, 1)
    await expect(recoverRootKey({ database, root, setId: set.id, secret }, nothing)).rejects.toThrow('do not open')
    await expect(root.health()).rejects.toThrow('is missing')
  })

  it('is never replaced while a file is there (SEC-58)', async () => {
    await open()
    const { shares } = await take()
    const id = await root.health()
    await expect(recover(shares.slice(0, 2))).rejects.toThrow('move it away')
    expect(await root.health()).toBe(id)
  })

  it('can be recovered again after a crash between file and database: the shares still open it (SEC-58)', async () => {
    const sealed = (await open()).seal('ca', place, Buffer.from('kept'))
    const { shares } = await take()
    rmSync(file)
    const crash = async () => {
      throw new Error('killed')
    }
    await expect(recover(shares.slice(0, 2), crash)).rejects.toThrow('killed')
    await expect(open()).rejects.toThrow('but the root key given')
    rmSync(file)
    await recover(shares.slice(1))
    expect((await open()).open('ca', place, sealed).toString()).toBe('kept')
  })
})

describe('recovery shares', () => {
  it('leave nothing of the secret in the database (SEC-58)', async () => {
    await open()
    const { set, shares } = await take()
    expect(await new RecoveryShares({ database, root, clock }).current()).toEqual({ ...set, takenAt: clock.now() })
    expect(shares).toHaveLength(3)
    const collector = new ShareCollector()
    for (const share of shares) collector.add(share)
    const secret = collector.combine()
    const rows = [...(await keyRows()), ...(await database.read.selectFrom('recovery_sets').selectAll().execute())]
    const columns = rows.flatMap((row) => Object.values(row)).filter((value) => Buffer.isBuffer(value))
    expect(columns.length).toBeGreaterThan(0)
    for (const column of columns) expect(column.includes(secret)).toBe(false)
  })

  it('are not taken when what belongs into the transaction fails: the set before goes on opening', async () => {
    await open()
    const { set } = await take()
    const refuse = async () => {
      throw new Error('audit is full')
    }
    const recovery = new RecoveryShares({ database, root, clock })
    await expect(recovery.take({ shares: 3, threshold: 2 }, refuse)).rejects.toThrow('audit is full')
    expect((await recovery.current())?.id).toBe(set.id)
  })

  it('cannot be taken while the root key is out of reach', async () => {
    await open()
    rmSync(file)
    await expect(take()).rejects.toMatchObject({ code: 'unavailable' })
  })
})
