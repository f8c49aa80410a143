import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { CompiledQuery } from 'kysely'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../../test/stack.ts'
import { FakeClock } from '../clock.ts'
import { StartupError } from '../signet-error.ts'
import { Database, sqlOf } from './database.ts'
import { type Migration, migrate } from './migrate.ts'
import { openSqlite } from './sqlite.ts'

let folder: string
let clock: FakeClock

beforeEach(() => {
  folder = temporaryFolder()
  clock = new FakeClock()
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

const file = () => join(folder, 'signet.db')
const synchronous = CompiledQuery.raw('PRAGMA synchronous')

describe('a connection', () => {
  it('is synchronous=FULL for readers and for the writer, before and after the first write (SEC-137)', async () => {
    const database = Database.open(folder, clock)
    const look = async () => [
      ...(await database.read.executeQuery(synchronous)).rows,
      ...(await database.transact(async (tx) => (await sqlOf(tx).executeQuery(synchronous)).rows)),
    ]
    expect(await look()).toEqual([{ synchronous: 2 }, { synchronous: 2 }])
    await database.transact((tx) => database.changed(tx, { kind: 'instance', id: 'one' }))
    expect(await look()).toEqual([{ synchronous: 2 }, { synchronous: 2 }])
    await database.close()
  })

  it('writes ahead, checks references and cannot write when it is for reading', () => {
    const write = openSqlite(file())
    expect(write.pragma('journal_mode', { simple: true })).toBe('wal')
    expect(write.pragma('foreign_keys', { simple: true })).toBe(1)
    write.exec('CREATE TABLE one (id INTEGER)')
    const read = openSqlite(file(), { readonly: true })
    expect(() => read.exec('INSERT INTO one VALUES (1)')).toThrow('readonly')
    read.close()
    write.close()
  })

  it('to a file that is no database is refused in one line that names it', () => {
    writeFileSync(file(), 'this is no database, and long enough to be sure of it'.repeat(50))
    expect(() => openSqlite(file())).toThrow(StartupError)
    expect(() => openSqlite(file())).toThrow(file())
  })
})

describe('a transaction', () => {
  let database: Database

  beforeEach(() => {
    database = Database.open(folder, clock)
  })

  afterEach(() => database.close())

  const changes = () => database.read.selectFrom('change_events').select('entity_id').orderBy('seq').execute()

  it('leaves nothing behind when its work throws, and tells nobody', async () => {
    const heard: string[] = []
    database.subscribe((all) => heard.push(...all.map((one) => one.id)))
    const failed = database.transact(async (tx) => {
      await database.changed(tx, { kind: 'instance', id: 'lost' })
      throw new Error('no')
    })
    await expect(failed).rejects.toThrow('no')
    expect(await changes()).toEqual([])
    expect(heard).toEqual([])
  })

  it('is followed by its changes, in order, after the commit', async () => {
    const heard: { id: string; seq: number; seen: number }[] = []
    const seen = Promise.withResolvers<void>()
    const stop = database.subscribe((all) => {
      void changes().then((rows) => {
        heard.push(...all.map(({ id, seq }) => ({ id, seq, seen: rows.length })))
        seen.resolve()
      })
    })
    await database.transact(async (tx) => {
      await database.changed(tx, { kind: 'instance', id: 'one' })
      await database.changed(tx, { kind: 'principal', id: 'two' })
    })
    await seen.promise
    expect(heard).toEqual([
      { id: 'one', seq: 1, seen: 2 },
      { id: 'two', seq: 2, seen: 2 },
    ])
    stop()
    expect(await database.latestSeq()).toBe(2)
  })

  it('waits for the one before it', async () => {
    const order: string[] = []
    const gate = Promise.withResolvers<void>()
    const first = database.transact(async () => {
      await gate.promise
      order.push('first')
    })
    const second = database.transact(async () => {
      order.push('second')
    })
    gate.resolve()
    await Promise.all([first, second])
    expect(order).toEqual(['first', 'second'])
  })

  it('gives numbers that never start again when old changes are dropped', async () => {
    for (const id of ['one', 'two', 'three']) await database.transact((tx) => database.changed(tx, { kind: 'run', id }))
    await database.forgetChangesBefore(clock.now() + 1)
    expect((await changes()).map((row) => row.entity_id)).toEqual(['three'])
    await database.transact((tx) => database.changed(tx, { kind: 'run', id: 'four' }))
    expect(await database.latestSeq()).toBe(4)
  })

  it('hands out what came after a number, in order and in portions, unless some of it was dropped', async () => {
    for (const id of ['one', 'two']) await database.transact((tx) => database.changed(tx, { kind: 'run', id }))
    clock.advance(1)
    for (const id of ['three', 'four']) await database.transact((tx) => database.changed(tx, { kind: 'run', id }))
    expect(await database.changesAfter(0, 3)).toMatchObject([{ seq: 1 }, { seq: 2 }, { seq: 3, id: 'three' }])
    expect(await database.changesAfter(4, 3)).toEqual([])
    await database.forgetChangesBefore(clock.now())
    expect(await database.changesAfter(1, 3)).toBeUndefined()
    expect(await database.changesAfter(2, 3)).toMatchObject([{ seq: 3 }, { seq: 4 }])
  })

  it('cannot be made up', () => {
    expect(() => sqlOf({} as Parameters<typeof sqlOf>[0])).toThrow('not an open transaction')
  })
})

describe('migrations', () => {
  const first: Migration = { version: 1, sql: 'CREATE TABLE one (id INTEGER) STRICT;' }
  const second: Migration = { version: 2, sql: 'CREATE TABLE two (id INTEGER) STRICT;' }

  const on = <T>(work: (db: ReturnType<typeof openSqlite>) => T): T => {
    const db = openSqlite(file())
    try {
      return work(db)
    } finally {
      db.close()
    }
  }
  const run = (migrations: Migration[]) => on((db) => migrate(db, file(), migrations, clock.now()))
  const schema = () => on((db) => JSON.stringify(db.prepare('SELECT sql FROM sqlite_master').all()))

  it('apply what is missing, once', () => {
    run([first])
    run([first, second])
    run([first, second])
    expect(schema()).toContain('CREATE TABLE two')
  })

  it('refuse a schema newer than they know and change nothing', () => {
    run([first, second])
    const before = schema()
    expect(() => run([first])).toThrow(StartupError)
    expect(() => run([first])).toThrow('schema 2, this Signet knows 1')
    expect(schema()).toBe(before)
  })

  it('refuse to go on when an applied one was altered', () => {
    run([first])
    const altered = { ...first, sql: `${first.sql} -- changed` }
    expect(() => run([altered, second])).toThrow('migration 1')
    expect(schema()).not.toContain('CREATE TABLE two')
  })

  it('leave nothing of one that fails half way', () => {
    run([first])
    const broken = { version: 2, sql: 'CREATE TABLE half (id INTEGER) STRICT; CREATE TABLE one (id INTEGER) STRICT;' }
    expect(() => run([first, broken])).toThrow('already exists')
    expect(schema()).not.toContain('half')
    run([first, second])
  })
})
