import { execFileSync } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { CompiledQuery } from 'kysely'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../../test/stack.ts'
import { FakeClock } from '../clock.ts'
import { Database, sqlOf } from './database.ts'
import { openSqlite } from './sqlite.ts'
import { type StorageFailure, storageFailureOf } from './storage-failure.ts'

let folder: string
let database: Database

beforeEach(() => {
  folder = temporaryFolder()
  database = Database.open(folder, new FakeClock())
})

afterEach(async () => {
  await database.close()
  rmSync(folder, { recursive: true, force: true })
})

const write = (id: string) => database.transact((tx) => database.changed(tx, { kind: 'run', id }))
const written = async () =>
  (await database.read.selectFrom('change_events').select('entity_id').orderBy('seq').execute()).map(
    (row) => row.entity_id,
  )

/** The database may grow by nothing: what SQLite makes of a disk that is full. */
async function fillUp(): Promise<void> {
  await database.transact(async (tx) => {
    await sqlOf(tx).executeQuery(CompiledQuery.raw('PRAGMA max_page_count = 1'))
  })
  await expect(write('x'.repeat(100_000))).rejects.toMatchObject({ code: 'unavailable', retryAfterSeconds: 5 })
}

describe('after a failed flush', () => {
  it('nothing is written any more, and whoever has to end the process is told once (SEC-140)', async () => {
    const told: StorageFailure[] = []
    database.onStorageFailure((failure) => told.push(failure))
    await write('before')
    await fillUp()
    await expect(write('small')).rejects.toMatchObject({ code: 'unavailable' })
    expect(await written()).toEqual(['before'])
    expect(told).toEqual([{ code: 'SQLITE_FULL', isFull: true }])
  })

  it('one last record can be written, on a connection of its own (SEC-141)', async () => {
    await fillUp()
    await database.lastWords((tx) => database.changed(tx, { kind: 'run', id: 'last' }))
    expect(await written()).toEqual(['last'])
    await expect(write('later')).rejects.toMatchObject({ code: 'unavailable' })
  })

  it('is every error of the disk below, and no error of a statement', () => {
    const coded = (code: string) => storageFailureOf(Object.assign(new Error('sqlite'), { code }))
    for (const code of ['SQLITE_IOERR_WRITE', 'SQLITE_IOERR_FSYNC', 'SQLITE_CORRUPT', 'SQLITE_NOTADB'])
      expect(coded(code)).toEqual({ code, isFull: false })
    for (const code of ['SQLITE_BUSY', 'SQLITE_CONSTRAINT_UNIQUE', 'SQLITE_ERROR']) expect(coded(code)).toBeUndefined()
  })
})

describe('the write-ahead log', () => {
  it('is emptied as soon as a slow reader lets go, and never waits for one (SEC-138)', async () => {
    const reader = openSqlite(join(folder, 'signet.db'), { readonly: true })
    reader.exec('BEGIN')
    reader.prepare('SELECT count(*) FROM change_events').get()
    for (let index = 0; index < 20; index += 1) await write('y'.repeat(100_000))
    expect(await database.boundLog(2 ** 20)).toBeGreaterThan(2 ** 20)
    reader.exec('COMMIT')
    expect(await database.boundLog(2 ** 20)).toBe(0)
    expect(await written()).toHaveLength(20)
    reader.close()
  })
})

const canTrace = (() => {
  try {
    execFileSync('strace', ['-f', '-o', '/dev/null', 'true'])
    return true
  } catch {
    return false
  }
})()

describe('a commit', () => {
  it.skipIf(!canTrace)('flushes the log to the disk at least once (SEC-137; needs strace)', () => {
    const trace = join(folder, 'trace')
    const program = `
      import { openSqlite } from ${JSON.stringify(new URL('./sqlite.ts', import.meta.url).href)}
      const db = openSqlite(${JSON.stringify(join(folder, 'traced.db'))})
      db.exec('CREATE TABLE one (id INTEGER)')
      console.error('MARK')
      for (let id = 0; id < 10; id += 1) db.prepare('INSERT INTO one VALUES (?)').run(id)
      console.error('MARK')
    `
    const flags = ['-f', '-e', 'trace=fsync,fdatasync,write', '-o', trace]
    execFileSync('strace', [...flags, process.execPath, '--input-type=module', '-e', program], { stdio: 'pipe' })
    const commits = readFileSync(trace, 'utf8').split('MARK')[1] ?? ''
    expect((commits.match(/f(data)?sync\(/g) ?? []).length).toBeGreaterThanOrEqual(10)
  })
})
