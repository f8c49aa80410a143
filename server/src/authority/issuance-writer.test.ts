import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import Sqlite from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../test/stack.ts'
import { FakeClock } from '../platform/clock.ts'
import { SequentialIds } from '../platform/identifiers.ts'
import { sha256Bytes } from './issuance-log.ts'
import { expHourOf, type IssuanceRow, prepareTelemetry } from './issuance-log-store.ts'
import { IssuanceWriter } from './issuance-writer.ts'

const clock = new FakeClock()
const ids = new SequentialIds(clock)
let folder: string
let file: string
let writer: IssuanceWriter

beforeEach(() => {
  folder = temporaryFolder()
  file = prepareTelemetry(folder, clock.now())
  writer = new IssuanceWriter(file)
})
afterEach(async () => {
  await writer.close()
  rmSync(folder, { recursive: true, force: true })
})

function row(jti: string = ids.next()): IssuanceRow {
  return {
    ...{ id: ids.next(), tenantId: 't', at: clock.now(), principalId: 'p', clientId: 'c', audience: 'a' },
    ...{ x5tS256: 'x', kid: 'k', exp: 1, outcome: 'ok', correlationId: 'c', ip: null },
    assertion: {
      expHour: expHourOf(clock.now() / 1_000),
      jtiHash: sha256Bytes(jti),
      assertionHash: sha256Bytes(`bytes of ${jti}`),
      reusableMs: 0,
      isLong: false,
    },
  }
}

/** The outcomes on disk, in the order of their ids, as any other program sees them. */
function written(): unknown[] {
  const db = new Sqlite(join(folder, 'telemetry.db'), { readonly: true })
  try {
    return db.prepare('SELECT outcome FROM token_log ORDER BY id').pluck().all()
  } finally {
    db.close()
  }
}

describe('the writer of the token log', () => {
  it('has rows on disk when it answers, and tells each one apart (SEC-78, SEC-124)', async () => {
    const answer = writer.write([row('j'), row('j'), row('other')])
    await expect(answer).resolves.toEqual([true, false, true])
    expect(written()).toEqual(['ok', 'assertion_replayed', 'ok'])
  })

  it('carries out what it is asked for in that order, without waiting in between', async () => {
    const answers = await Promise.all([writer.write([row('j')]), writer.write([row('j')]), writer.write([row('k')])])
    expect(answers).toEqual([[true], [false], [true]])
  })

  it('writes nothing of a batch that fails, and goes on with the next', async () => {
    const twice = row()
    await expect(writer.write([row(), twice, twice])).rejects.toThrow('UNIQUE')
    expect(written()).toEqual([])
    await expect(writer.write([row()])).resolves.toEqual([true])
  })

  it('finishes what it was asked for before it closes, and refuses what comes after', async () => {
    const answers = Promise.all([writer.write([row()]), writer.write([row()])])
    await writer.close()
    await expect(answers).resolves.toEqual([[true], [true]])
    await expect(writer.write([row()])).rejects.toThrow('closed')
    expect(written()).toEqual(['ok', 'ok'])
    await expect(writer.close()).resolves.toBeUndefined()
  })

  it('fails what a dying thread had under way, and starts another for the next request (SEC-125)', async () => {
    const later = join(folder, 'later')
    const dying = new IssuanceWriter(join(later, 'telemetry.db'))
    const answers = await Promise.allSettled([dying.write([row()]), dying.write([row()])])
    expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    mkdirSync(later)
    prepareTelemetry(later, clock.now())
    await expect(dying.write([row()])).resolves.toEqual([true])
    await dying.close()
  })

  it('leaves the event loop to others while a batch is on its way to the disk', async () => {
    const other = new Sqlite(file)
    other.exec('BEGIN IMMEDIATE')
    let isWritten = false
    const answer = writer.write([row()]).finally(() => {
      isWritten = true
    })
    // The batch cannot be written before the lock is released, and that happens only if this goes on.
    for (let turn = 0; turn < 20; turn += 1) await setImmediate()
    expect(isWritten).toBe(false)
    other.exec('COMMIT')
    other.close()
    await expect(answer).resolves.toEqual([true])
  })
})
