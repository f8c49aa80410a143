import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../../test/stack.ts'
import { GroupCommit } from './group-commit.ts'
import { openSqlite } from './sqlite.ts'

let folder: string
let db: ReturnType<typeof openSqlite>
let batches: number[]

beforeEach(() => {
  folder = temporaryFolder()
  db = openSqlite(join(folder, 'log.db'))
  db.exec('CREATE TABLE log (item INTEGER PRIMARY KEY) STRICT')
  batches = []
})

afterEach(() => {
  db.close()
  rmSync(folder, { recursive: true, force: true })
})

/** Writes to a real table; an item that is there already fails the whole batch. */
const open = (mostItems = 100) =>
  new GroupCommit<number, string>(
    async (items) => {
      batches.push(items.length)
      const insert = db.prepare('INSERT INTO log VALUES (?)')
      db.transaction(() => {
        for (const item of items) insert.run(item)
      })()
      return items.map((item) => `wrote ${item}`)
    },
    { mostItems },
  )

const written = () => db.prepare('SELECT count(*) AS n FROM log').get()

describe('a group commit', () => {
  it('answers each caller after the write, with its own outcome (SEC-124)', async () => {
    const group = open()
    const answers = [1, 2, 3].map((item) => group.submit(item).then((outcome) => ({ outcome, written: written() })))
    expect(written()).toEqual({ n: 0 })
    expect(await Promise.all(answers)).toEqual([
      { outcome: 'wrote 1', written: { n: 3 } },
      { outcome: 'wrote 2', written: { n: 3 } },
      { outcome: 'wrote 3', written: { n: 3 } },
    ])
    expect(batches).toEqual([3])
  })

  it('rejects the whole batch when the write fails, and keeps none of it (SEC-124)', async () => {
    const group = open()
    const outcomes = await Promise.allSettled([1, 2, 1].map((item) => group.submit(item)))
    expect(outcomes.map((one) => one.status)).toEqual(['rejected', 'rejected', 'rejected'])
    expect(written()).toEqual({ n: 0 })
  })

  it('goes on with the next batch after one that failed', async () => {
    const group = open()
    await Promise.allSettled([1, 1].map((item) => group.submit(item)))
    await expect(group.submit(2)).resolves.toBe('wrote 2')
  })

  it('takes no more in one batch than it may, and leaves nobody waiting', async () => {
    const group = open(10)
    await Promise.all(Array.from({ length: 25 }, (_, item) => group.submit(item)))
    expect(batches).toEqual([10, 10, 5])
    expect(written()).toEqual({ n: 25 })
  })

  it('has one batch under way at a time, and the next takes what came in the meantime, in order', async () => {
    const release: (() => void)[] = []
    const group = new GroupCommit<number, number>(
      async (items) => {
        batches.push(items.length)
        await new Promise<void>((resolve) => release.push(resolve))
        return items
      },
      { mostItems: 100 },
    )
    const first = group.submit(1)
    await expect.poll(() => release.length).toBe(1)
    const rest = [2, 3, 4].map((item) => group.submit(item))
    release[0]?.()
    await first
    await expect.poll(() => release.length).toBe(2)
    release[1]?.()
    expect(await Promise.all(rest)).toEqual([2, 3, 4])
    expect(batches).toEqual([1, 3])
  })

  it('is settled when everybody has been answered, also when nobody asked', async () => {
    const group = open()
    await group.settled()
    const answers = Promise.all([group.submit(1), group.submit(2)])
    await group.settled()
    expect(written()).toEqual({ n: 2 })
    await answers
  })

  it('waits until a quarter of the items that are under way is there', async () => {
    const group = open()
    group.expect(8)
    const first = group.submit(1)
    await turns()
    expect(written()).toEqual({ n: 0 })
    const second = group.submit(2)
    await Promise.all([first, second])
    expect(batches).toEqual([2])
  })

  it('waits for nothing that has gone another way', async () => {
    const group = open()
    group.expect(8)
    const answer = group.submit(1)
    for (let left = 7; left > 0; left -= 1) group.expect(left)
    await expect(answer).resolves.toBe('wrote 1')
    group.expect(100)
    const last = group.submit(2)
    await group.settled()
    await expect(last).resolves.toBe('wrote 2')
  })
})

async function turns(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await new Promise(setImmediate)
}
