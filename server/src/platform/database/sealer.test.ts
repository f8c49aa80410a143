import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../../test/stack.ts'
import { FakeClock } from '../clock.ts'
import { FileRootKey } from '../crypto/root-key/file-root-key.ts'
import { EnvelopeError, type SealedPlace, type SealPurpose } from '../crypto/sealing.ts'
import { StartupError } from '../signet-error.ts'
import { Database, sqlOf } from './database.ts'
import { Sealer } from './sealer.ts'

const clock = new FakeClock()
const purposes: SealPurpose[] = ['signing', 'ca', 'paging']
const place: SealedPlace = { table: 'signing_keys', rowId: 'one', column: 'private_enc', version: 1 }

let folder: string
let database: Database
let root: FileRootKey
let sealer: Sealer

beforeEach(async () => {
  folder = temporaryFolder()
  database = Database.open(folder, clock)
  root = new FileRootKey({ file: join(folder, 'keys', 'root.key'), dataDir: join(folder, 'data') })
  sealer = await Sealer.open(database, root, purposes, clock)
})
afterEach(async () => {
  await database.close()
  rmSync(folder, { recursive: true, force: true })
})

describe('the sealer', () => {
  it('has one key for each purpose, and no two the same (SEC-55)', async () => {
    const rows = await database.read.selectFrom('data_keys').select(['purpose', 'state']).execute()
    expect(rows.map((row) => row.purpose).sort()).toEqual(purposes.toSorted())
    expect(new Set(purposes.map((purpose) => sealer.keyOf(purpose).toString('hex'))).size).toBe(purposes.length)
  })

  it('never opens for one purpose what was sealed for another (SEC-55)', () => {
    for (const sealedFor of purposes) {
      const envelope = sealer.seal(sealedFor, place, Buffer.from('secret'))
      for (const openedFor of purposes) {
        if (openedFor === sealedFor) expect(sealer.open(openedFor, place, envelope).toString()).toBe('secret')
        else expect(() => sealer.open(openedFor, place, envelope)).toThrow(EnvelopeError)
      }
    }
  })

  it('refuses a purpose key whose row says another purpose (SEC-55)', async () => {
    await database.transact((tx) =>
      sqlOf(tx).updateTable('data_keys').set({ purpose: 'secrets' }).where('purpose', '=', 'ca').execute(),
    )
    await expect(Sealer.open(database, root, purposes, clock)).rejects.toThrow(StartupError)
  })

  it('makes no key it was not asked for, and finds the same ones again', async () => {
    const again = await Sealer.open(database, root, purposes, clock)
    for (const purpose of purposes) expect(again.keyOf(purpose).equals(sealer.keyOf(purpose))).toBe(true)
    expect(await database.read.selectFrom('data_keys').select('id').execute()).toHaveLength(purposes.length)
  })

  it('tells of a value that is no envelope before its caller knows, and names the place (SEC-60)', () => {
    const told: string[] = []
    sealer.onRefusal((where, reason) => told.push(`${where.table}.${where.column} ${where.rowId}: ${reason}`))
    expect(() => sealer.open('signing', place, Buffer.from('plain text'))).toThrow(
      'signing_keys.private_enc of one does not open: it is no envelope',
    )
    expect(told).toEqual(['signing_keys.private_enc one: it is no envelope'])
  })
})
