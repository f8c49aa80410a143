import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { dayMs, hourMs } from '@signet/shared/vocabulary/time'
import Sqlite from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FakeClock } from '../platform/clock.ts'
import { ClockWatch } from '../platform/clock-watch.ts'
import { Cursors } from '../platform/database/paging.ts'
import { SequentialIds } from '../platform/identifiers.ts'
import { createLogger } from '../platform/log.ts'
import { IssuanceLog, sha256Bytes } from './issuance-log.ts'
import { expHourOf, type IssuanceRow } from './issuance-log-store.ts'

const cursors = new Cursors(randomBytes(32))
const principalId = 'aaaaaaaa-0000-4000-8000-000000000001'
const clientId = 'bbbbbbbb-0000-4000-8000-000000000001'
let folder: string
let clock: FakeClock
let ids: SequentialIds
let log: IssuanceLog

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'signet-log-'))
  clock = new FakeClock()
  ids = new SequentialIds(clock)
  log = openLog()
})
afterEach(async () => {
  await log.close()
  rmSync(folder, { recursive: true, force: true })
})

function openLog(): IssuanceLog {
  return new IssuanceLog({
    dataDir: folder,
    cursors,
    clock,
    steadiness: new ClockWatch(clock),
    log: createLogger('silent'),
  })
}

function issued(more: Partial<IssuanceRow> = {}): IssuanceRow {
  return {
    id: ids.next(),
    tenantId: 't',
    at: clock.now(),
    principalId,
    clientId,
    audience: 'https://vault.azure.net',
    x5tS256: 'x',
    kid: 'k',
    exp: Math.floor(clock.now() / 1_000) + 3_600,
    outcome: 'ok',
    correlationId: 'c',
    ip: null,
    ...more,
  }
}

function spending(jti: string, more: Partial<NonNullable<IssuanceRow['assertion']>> = {}): IssuanceRow {
  const assertion = {
    expHour: expHourOf(clock.now() / 1_000 + 240),
    jtiHash: sha256Bytes(jti),
    assertionHash: sha256Bytes(`bytes of ${jti}`),
    reusableMs: 0,
    isLong: false,
    ...more,
  }
  return issued({ assertion })
}

const refused = (more: Partial<IssuanceRow> = {}) =>
  issued({ kid: null, exp: null, x5tS256: null, outcome: 'assertion_expired', ...more })
const recent = () => log.recent(principalId, { limit: 200 }).items

/** Looks into the file as any other program could. */
function query(sql: string): unknown[] {
  const db = new Sqlite(join(folder, 'telemetry.db'), { readonly: true })
  try {
    return db.prepare(sql).all()
  } finally {
    db.close()
  }
}

describe('recording', () => {
  it('has the row on disk before it answers (SEC-124)', async () => {
    const row = issued()
    await log.record(row)
    expect(query('SELECT id, outcome, reused FROM token_log')).toEqual([{ id: row.id, outcome: 'ok', reused: 0 }])
  })

  it('answers 503 with Retry-After when the record cannot be written, and for all of the batch (SEC-125)', async () => {
    const twice = issued()
    const answers = await Promise.allSettled([log.record(issued()), log.record(twice), log.record(twice)])
    for (const answer of answers) {
      expect(answer).toMatchObject({ status: 'rejected', reason: { code: 'unavailable', retryAfterSeconds: 2 } })
    }
    expect(query('SELECT id FROM token_log')).toEqual([])
  })

  it('never lets a refusal fail because it cannot be recorded', async () => {
    await log.close()
    await expect(log.recordRefusal(refused())).resolves.toBeUndefined()
  })

  it('records what was submitted before it closes, and refuses what comes after (SEC-125)', async () => {
    const answers = Promise.allSettled(Array.from({ length: 20 }, () => log.record(issued())))
    await log.close()
    expect((await answers).map(({ status }) => status)).toEqual(Array(20).fill('fulfilled'))
    await expect(log.record(issued())).rejects.toMatchObject({ code: 'unavailable' })
    expect(query('SELECT count(*) AS n FROM token_log')).toEqual([{ n: 20 }])
  })

  it('records ten refusals a second of one principal (SEC-173)', async () => {
    await Promise.all(Array.from({ length: 50 }, () => log.recordRefusal(refused())))
    expect(recent()).toHaveLength(10)
    clock.advance(1_000)
    await log.recordRefusal(refused())
    expect(recent()).toHaveLength(11)
  })
})

describe('replay (SEC-78, SEC-79)', () => {
  it('spends an assertion once, also within one commit, and records the copies as refusals', async () => {
    const answers = await Promise.allSettled(Array.from({ length: 20 }, () => log.record(spending('j'))))
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    const outcomes = recent().map(({ outcome, kid }) => [outcome, kid])
    expect(outcomes.filter(([outcome]) => outcome === 'ok')).toHaveLength(1)
    expect(outcomes.filter(([outcome]) => outcome === 'assertion_replayed')).toHaveLength(19)
    expect(outcomes.filter(([outcome, kid]) => outcome !== 'ok' && kid !== null)).toEqual([])
  })

  it('remembers across a restart', async () => {
    await log.record(spending('j'))
    await log.close()
    log = openLog()
    await expect(log.record(spending('j'))).rejects.toMatchObject({ code: 'assertion_replayed' })
  })

  it('keeps the same jti of two clients apart', async () => {
    await log.record(spending('j'))
    await expect(log.record({ ...spending('j'), clientId: 'other' })).resolves.toBeUndefined()
  })

  it('refuses a used jti under another exp, in the hours before and after', async () => {
    const hour = expHourOf(clock.now() / 1_000)
    await log.record(spending('j', { expHour: hour, reusableMs: 600_000 }))
    for (const expHour of [hour, hour + 1]) {
      const other = spending('j', { expHour, assertionHash: sha256Bytes('other'), reusableMs: 600_000 })
      await expect(log.record(other)).rejects.toMatchObject({ code: 'assertion_replayed' })
    }
  })

  it('lets a customer send the same bytes for 600 s after the first use, and marks each time', async () => {
    const again = () => log.record(spending('j', { expHour: expHourOf(clock.now() / 1_000), reusableMs: 600_000 }))
    await again()
    clock.advance(599_999)
    await again()
    expect(query('SELECT reused FROM token_log ORDER BY id')).toEqual([{ reused: 0 }, { reused: 1 }])
    clock.advance(1)
    await expect(again()).rejects.toMatchObject({ code: 'assertion_replayed' })
  })

  it('forgets nothing that could still be accepted, and everything else', async () => {
    await log.record(spending('j'))
    // Its exp is 9:04; the hour of that, and one more, must be over.
    clock.advance(2 * hourMs - 1)
    await log.prune()
    expect(query('SELECT 1 FROM assertion_jti')).toHaveLength(1)
    clock.advance(1)
    await log.prune()
    expect(query('SELECT 1 FROM assertion_jti')).toEqual([])
  })
})

describe('reading', () => {
  it('pages through one identity, newest first, without skipping or repeating', async () => {
    const rows = Array.from({ length: 25 }, () => issued())
    for (const row of rows) await log.record(row)
    await log.record(issued({ principalId: 'another' }))
    const seen: string[] = []
    let cursor: string | undefined
    do {
      const page = log.recent(principalId, { limit: 10, ...(cursor && { cursor }) })
      seen.push(...page.items.map(({ id }) => id))
      cursor = page.nextCursor ?? undefined
    } while (cursor)
    expect(seen).toEqual(rows.map(({ id }) => id).reverse())
  })

  it('refuses a cursor that it did not give out', () => {
    expect(() => log.recent(principalId, { limit: 10, cursor: 'WyJ6Il0.AAAA' })).toThrow('invalid_request')
  })

  it('tells the last use; refusals, which anybody can cause, do not move it', async () => {
    await log.record(issued({ audience: 'https://graph.microsoft.com' }))
    clock.advance(5_000)
    const at = clock.now()
    await log.record(issued())
    clock.advance(5_000)
    await log.recordRefusal(refused())
    await log.recordRefusal(refused({ principalId: 'never-used' }))
    const uses = log.lastUse([principalId, 'never-used', 'unknown'])
    expect([...uses]).toEqual([[principalId, { at, audience: 'https://vault.azure.net' }]])
  })

  it('counts tokens by day and audience; the words of refused requests make no rows', async () => {
    await log.record(issued())
    await log.record(issued())
    for (let index = 0; index < 5; index += 1) await log.recordRefusal(refused({ audience: `https://evil/${index}` }))
    clock.advance(dayMs)
    await log.record(issued())
    expect(query('SELECT audience, ok_count, err_count FROM token_usage ORDER BY day, audience')).toEqual([
      { audience: '', ok_count: 0, err_count: 5 },
      { audience: 'https://vault.azure.net', ok_count: 2, err_count: 0 },
      { audience: 'https://vault.azure.net', ok_count: 1, err_count: 0 },
    ])
  })
})

describe('pruning', () => {
  it('drops log rows after 30 days and counters after 400, in as many steps as it takes', async () => {
    await Promise.all(Array.from({ length: 2_500 }, () => log.record(issued())))
    clock.advance(30 * dayMs - 1)
    await log.record(issued())
    await log.prune()
    expect(query('SELECT count(*) AS n FROM token_log')).toEqual([{ n: 2_501 }])
    // IDs of one burst run ahead of the clock by a little.
    clock.advance(1_000)
    await log.prune()
    expect(query('SELECT count(*) AS n FROM token_log')).toEqual([{ n: 1 }])
    expect(log.lastUse([principalId]).size).toBe(1)
    clock.advance(401 * dayMs)
    await log.prune()
    expect(query('SELECT 1 FROM token_usage')).toEqual([])
  })

  it('walks indexes only, so that a big log is pruned as fast as a small one', () => {
    for (const sql of [
      'SELECT id FROM token_log WHERE id < 1 ORDER BY id LIMIT 1',
      'SELECT exp_hour FROM assertion_jti WHERE exp_hour < 1 LIMIT 1',
      'SELECT day FROM token_usage WHERE day < 1 LIMIT 1',
    ]) {
      const plan = JSON.stringify(query(`EXPLAIN QUERY PLAN ${sql}`))
      expect(plan).toContain('SEARCH')
      expect(plan).not.toContain('SCAN')
    }
  })

  it('stops at its next step when the log is closed', async () => {
    await Promise.all(Array.from({ length: 1_200 }, () => log.record(issued())))
    clock.advance(31 * dayMs)
    const pruning = log.prune()
    await log.close()
    await expect(pruning).resolves.toBeUndefined()
    expect(query('SELECT count(*) AS n FROM token_log')).toEqual([{ n: 200 }])
  })
})
