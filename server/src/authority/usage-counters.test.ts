import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { usageKeptDays } from '@signet/shared/api/usage'
import { dayMs, hourMs } from '@signet/shared/vocabulary/time'
import Sqlite from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../test/stack.ts'
import { FakeClock } from '../platform/clock.ts'
import { ClockWatch } from '../platform/clock-watch.ts'
import { Cursors } from '../platform/database/paging.ts'
import { SequentialIds } from '../platform/identifiers.ts'
import { createLogger } from '../platform/log.ts'
import { IssuanceLog } from './issuance-log.ts'
import type { IssuanceRow } from './issuance-log-store.ts'
import { mostAddresses } from './usage-counters-store.ts'
import type { UsedHost } from './usage-place.ts'
import { dayOf, UsageReportStore } from './usage-report-store.ts'

const principalId = 'aaaaaaaa-0000-4000-8000-000000000001'
const vault = 'https://vault.azure.net'
let folder: string
let clock: FakeClock
let ids: SequentialIds
let log: IssuanceLog
let reports: UsageReportStore

beforeEach(() => {
  folder = temporaryFolder()
  clock = new FakeClock()
  ids = new SequentialIds(clock)
  log = new IssuanceLog({
    ...{ dataDir: folder, cursors: new Cursors(randomBytes(32)), clock, steadiness: new ClockWatch(clock) },
    log: createLogger('silent'),
  })
  reports = new UsageReportStore(folder)
})
afterEach(async () => {
  await reports.close()
  await log.close()
  rmSync(folder, { recursive: true, force: true })
})

const agent: UsedHost = { kind: 'agent', id: 'agent-1' }
const address = (id: string): UsedHost => ({ kind: 'address', id })
const use = (host: UsedHost | undefined, place = 'instance:web-01') => ({ place, host })

function issued(more: Partial<IssuanceRow> = {}): IssuanceRow {
  return {
    ...{ id: ids.next(), tenantId: 't', at: clock.now(), principalId, clientId: 'c', audience: vault, x5tS256: null },
    ...{ kid: 'k', exp: Math.floor(clock.now() / 1_000) + 3_600, outcome: 'ok', correlationId: 'c', ip: null },
    ...more,
  }
}

const refused = (more: Partial<IssuanceRow> = {}) =>
  issued({ kid: null, exp: null, outcome: 'credential_expired', ...more })

function rows(sql: string): unknown[] {
  const db = new Sqlite(join(folder, 'telemetry.db'), { readonly: true })
  try {
    return db.prepare(sql).all()
  } finally {
    db.close()
  }
}

const today = () => dayOf(clock.now())
const cellsOf = async () =>
  (await reports.cells({ principalId }, { first: today() - 10, last: today() }, 100)).cells.map(
    ({ audience, place, tokens, refused: no }) => ({ audience, place, tokens, refused: no }),
  )

describe('counters of use', () => {
  it('are kept by identity, audience, instance and day, with the first and the last use of each', async () => {
    const first = clock.now()
    await Promise.all(Array.from({ length: 40 }, () => log.record(issued({ use: use(agent) }))))
    clock.advance(hourMs)
    await log.record(issued({ use: use(agent) }))
    await log.record(issued({ use: use(agent, 'instance:web-02') }))
    await log.record(issued({ use: use(address('192.0.2.1'), ''), audience: 'api://orders' }))
    expect(await cellsOf()).toEqual(
      [
        { audience: vault, place: 'instance:web-01', tokens: 41, refused: 0 },
        { audience: vault, place: 'instance:web-02', tokens: 1, refused: 0 },
        { audience: 'api://orders', place: '', tokens: 1, refused: 0 },
      ].sort((one, other) => other.tokens - one.tokens || (one.audience < other.audience ? -1 : 1)),
    )
    expect(rows(`SELECT day, first_at, last_at FROM token_usage WHERE place = 'instance:web-01'`)).toEqual([
      { day: dayOf(first), first_at: first, last_at: first + hourMs },
    ])
  })

  it('count refusals of strangers under no audience, and those of clients that proved themselves under theirs', async () => {
    await log.recordRefusal(refused({ audience: 'https://evil' }))
    await log.recordRefusal(refused({ audience: 'api://orders', outcome: 'role_missing', use: use(agent) }))
    const cells = await cellsOf()
    expect(cells).toContainEqual({ audience: '', place: '', tokens: 0, refused: 1 })
    expect(cells).toContainEqual({ audience: 'api://orders', place: 'instance:web-01', tokens: 0, refused: 1 })
    expect(rows('SELECT 1 FROM token_hosts')).toEqual([])
  })

  it('are one row for all tokens of a batch, however many there are', async () => {
    await Promise.all(Array.from({ length: 500 }, () => log.record(issued({ use: use(agent) }))))
    expect(rows('SELECT ok_count FROM token_usage')).toEqual([{ ok_count: 500 }])
  })

  it('tell of an instance what others got there, too, and of the agent where it serves several', async () => {
    const other = 'aaaaaaaa-0000-4000-8000-000000000002'
    await log.record(issued({ use: use(agent) }))
    await log.record(issued({ principalId: other, use: use(agent, 'agent:agent-1') }))
    await log.record(issued({ principalId: other, use: use(agent, 'instance:elsewhere') }))
    const places = [
      { kind: 'instance', id: 'web-01' },
      { kind: 'agent', id: 'agent-1' },
    ] as const
    const { cells } = await reports.cells({ places }, { first: today(), last: today() }, 100)
    expect(cells.map((cell) => [cell.principalId, cell.place]).sort()).toEqual([
      [principalId, 'instance:web-01'],
      [other, 'agent:agent-1'],
    ])
  })

  it('sum up 90 days for the list', async () => {
    await log.record(issued({ use: use(agent) }))
    clock.advance(89 * dayMs)
    await log.record(issued({ use: use(agent, 'instance:web-02') }))
    await log.record(issued({ use: use(agent), audience: 'api://orders' }))
    const numbers = (await reports.numbers([principalId, 'nobody'], today())).get(principalId)
    expect(numbers).toMatchObject({ audiences: 2, instances: 2, tokens: 3, refused: 0 })
    expect(numbers?.days).toHaveLength(90)
    expect([numbers?.days[0], numbers?.days[89]]).toEqual([1, 2])
    clock.advance(dayMs)
    expect((await reports.numbers([principalId], today())).get(principalId)?.tokens).toBe(2)
  })

  it('go after 13 months, and hosts that were not used since with them', async () => {
    await log.record(issued({ use: use(agent) }))
    clock.advance(10 * dayMs)
    await log.record(issued({ use: use(address('192.0.2.1')) }))
    clock.advance((usageKeptDays - 9) * dayMs)
    await log.prune()
    expect(rows('SELECT kind FROM token_hosts')).toEqual([{ kind: 'address' }])
    expect(rows('SELECT count(*) AS n FROM token_usage')).toEqual([{ n: 1 }])
    clock.advance(11 * dayMs)
    await log.prune()
    expect(rows('SELECT 1 FROM token_hosts UNION SELECT 1 FROM token_usage')).toEqual([])
  })

  it('are found by an index, by identity and by place', () => {
    for (const where of [
      "principal_id = 'p' AND day BETWEEN 1 AND 2",
      "place <> '' AND place = 'x' AND day BETWEEN 1 AND 2",
    ]) {
      const plan = JSON.stringify(rows(`EXPLAIN QUERY PLAN SELECT * FROM token_usage WHERE ${where}`))
      expect(plan).toContain('SEARCH')
    }
    expect(JSON.stringify(rows('EXPLAIN QUERY PLAN SELECT 1 FROM token_hosts WHERE told = 0'))).toContain('_untold')
  })
})

describe('hosts', () => {
  const untold = () => log.untoldHosts().map(({ kind, host }) => `${kind} ${host}`)

  it('are news from the second one of an identity on, once', async () => {
    await log.record(issued({ use: use(agent) }))
    await log.record(issued({ use: use(agent) }))
    expect(untold()).toEqual([])
    clock.advance(1)
    await log.record(issued({ use: use({ kind: 'agent', id: 'agent-2' }) }))
    await log.record(issued({ use: use({ kind: 'agent', id: 'agent-2' }) }))
    expect(untold()).toEqual(['agent agent-2'])
    await log.hostsTold(log.untoldHosts())
    await log.record(issued({ use: use({ kind: 'agent', id: 'agent-2' }) }))
    expect(untold()).toEqual([])
  })

  it('keep their first and last use, to the hour', async () => {
    const first = clock.now()
    await log.record(issued({ use: use(agent) }))
    clock.advance(2 * hourMs)
    await log.record(issued({ use: use(agent) }))
    const { hosts } = await reports.hosts(principalId, 10)
    expect(hosts).toEqual([{ kind: 'agent', host: 'agent-1', firstAt: first, lastAt: first + 2 * hourMs }])
  })

  it('are no news when a request was refused', async () => {
    await log.record(issued({ use: use(agent) }))
    await log.recordRefusal(refused({ outcome: 'role_missing', use: use(address('192.0.2.9')) }))
    expect(untold()).toEqual([])
  })

  it('with changing addresses fill no table: a hundred are kept apart, all others are one, and one piece of news', async () => {
    const from = (index: number) => log.record(issued({ use: use(address(`10.0.${index >> 8}.${index & 255}`), '') }))
    await Promise.all(Array.from({ length: 1_000 }, (_, index) => from(index)))
    await Promise.all(Array.from({ length: 1_000 }, (_, index) => from(index)))
    const { hosts, all } = await reports.hosts(principalId, 200)
    expect(all).toBe(mostAddresses + 1)
    expect(hosts.filter(({ kind }) => kind === 'more')).toHaveLength(1)
    // Agents are known to Signet one by one, and are kept apart however many there are.
    await log.record(issued({ use: use(agent) }))
    expect((await reports.hosts(principalId, 200)).all).toBe(mostAddresses + 2)
  })
})
