import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { type AddressInfo, connect, createServer } from 'node:net'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { CompiledQuery, Kysely } from 'kysely'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../../test/stack.ts'
import { FakeClock } from '../clock.ts'
import type { Change } from '../transaction.ts'
import type { Schema } from './schema.ts'
import { type OpenCommit, SharedCommits } from './shared-commits.ts'
import { openSqlite, SignetSqliteDialect } from './sqlite.ts'

let folder: string
let clock: FakeClock
let write: Kysely<Schema>
let other: ReturnType<typeof openSqlite>
let commits: SharedCommits
/** Names that were announced, commit by commit. */
let announced: string[][]

beforeEach(() => {
  folder = temporaryFolder()
  const file = join(folder, 'signet.db')
  clock = new FakeClock()
  const connection = openSqlite(file)
  connection.exec('CREATE TABLE names (name TEXT PRIMARY KEY) STRICT')
  connection.pragma('busy_timeout = 0')
  write = new Kysely<Schema>({ dialect: new SignetSqliteDialect(connection) })
  announced = []
  commits = new SharedCommits(write, clock, {
    record: async (_, changes) => changes.map((change, index) => ({ seq: index + 1, ...change })),
    announce: (changes) => announced.push(changes.map(({ id }) => id)),
  })
  other = openSqlite(file)
})

afterEach(async () => {
  await commits.settled()
  await write.destroy()
  other.close()
  rmSync(folder, { recursive: true, force: true })
})

const insert = ({ sql }: OpenCommit, name: string) =>
  sql.executeQuery(CompiledQuery.raw('INSERT INTO names VALUES (?)', [name]))

const announce = ({ changes }: OpenCommit, id: string) => changes.set(id, { kind: 'run', id } satisfies Change)

const add = (name: string) =>
  commits.run(async (open) => {
    await insert(open, name)
    announce(open, name)
    return name
  })

const names = () =>
  other
    .prepare<[], { name: string }>('SELECT name FROM names ORDER BY rowid')
    .all()
    .map(({ name }) => name)

/** Lets everything happen that waits for nothing but the event loop. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 100; turn += 1) await setImmediate()
}

describe('transactions that wait together', () => {
  it('let more connections in than there are commits, however many of them follow each other', async () => {
    const [clients, committed] = [64, () => announced.length]
    const server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1')
    await once(server, 'listening')
    let isOver = false
    const work = (async () => {
      for (let index = 0; !isOver; index += 1) await add(`busy ${index}`)
    })()
    const { port } = server.address() as AddressInfo
    const before = committed()
    for (let index = 0; index < clients; index += 1) connect(port, '127.0.0.1').on('error', () => undefined)
    for (let accepted = 0; accepted < clients; accepted += 1) await once(server, 'connection')
    const meanwhile = committed() - before
    isOver = true
    await work
    server.close()
    expect(meanwhile).toBeLessThan(clients / 2)
  })

  it('share one commit, in the order of their arrival, and are answered after it', async () => {
    const seen: string[][] = []
    const answered = ['one', 'two', 'three'].map((name) => add(name).then(() => seen.push(names())))
    await Promise.all(answered)
    expect(announced).toEqual([['one', 'two', 'three']])
    expect(seen).toEqual(Array(3).fill(['one', 'two', 'three']))
  })

  it('fail one by one: what one of them wrote and announced is undone, and nothing of the others', async () => {
    const failing = async (open: OpenCommit) => {
      await insert(open, 'lost')
      announce(open, 'lost')
      throw new Error('no')
    }
    const [one, lost, two] = await Promise.allSettled([add('one'), commits.run(failing), add('two')])
    expect([one, two]).toMatchObject([{ value: 'one' }, { value: 'two' }])
    expect(lost).toMatchObject({ status: 'rejected', reason: { message: 'no' } })
    expect(names()).toEqual(['one', 'two'])
    expect(announced).toEqual([['one', 'two']])
  })

  it('fail together when the disk does: of none of them is anything left', async () => {
    const failing = async (open: OpenCommit) => {
      await insert(open, 'two')
      throw Object.assign(new Error('disk I/O error'), { code: 'SQLITE_IOERR_WRITE' })
    }
    const settled = await Promise.allSettled([add('one'), commits.run(failing)])
    expect(settled.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(names()).toEqual([])
    expect(announced).toEqual([])
  })

  it('are so few that the event loop is free again within a moment', async () => {
    const slow = (name: string) =>
      commits.run(async (open) => {
        await insert(open, name)
        announce(open, name)
        clock.advance(8)
      })
    await Promise.all(['a', 'b', 'c', 'd', 'e'].map(slow))
    expect(announced).toEqual([['a', 'b'], ['c', 'd'], ['e']])
  })

  it('see what those before them wrote', async () => {
    const [, count] = await Promise.all([
      add('one'),
      commits.run(async ({ sql }) => (await sql.executeQuery(CompiledQuery.raw('SELECT name FROM names'))).rows),
    ])
    expect(count).toEqual([{ name: 'one' }])
  })
})

describe('the lock of another process', () => {
  it('is waited for beside the event loop, and the work is then done once', async () => {
    other.exec('BEGIN IMMEDIATE')
    let done = 0
    const added = commits.run(async (open) => {
      done += 1
      await insert(open, 'late')
    })
    for (let attempt = 0; attempt < 3; attempt += 1) {
      await settle()
      expect(done).toBe(0)
      clock.advance(1_000)
    }
    other.exec('COMMIT')
    await settle()
    clock.advance(4_000)
    await added
    expect(done).toBe(1)
    expect(names()).toEqual(['late'])
  })

  it('that is never given back refuses all who wait, after five more attempts, and whoever comes later has his own', async () => {
    other.exec('BEGIN IMMEDIATE')
    const waiting = Promise.allSettled([add('one'), add('two')])
    for (let attempt = 0; attempt < 5; attempt += 1) {
      await settle()
      clock.advance(4_000)
    }
    expect(await waiting).toMatchObject([
      { status: 'rejected', reason: { code: 'unavailable', retryAfterSeconds: 5 } },
      { status: 'rejected', reason: { code: 'unavailable' } },
    ])
    other.exec('COMMIT')
    await add('three')
    expect(names()).toEqual(['three'])
  })
})
