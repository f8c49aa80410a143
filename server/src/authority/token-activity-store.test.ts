import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { dayMs, hourMs, minuteMs, secondMs } from '@signet/shared/vocabulary/time'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { FakeClock } from '../platform/clock.ts'
import { Cursors } from '../platform/database/paging.ts'
import { SequentialIds } from '../platform/identifiers.ts'
import { IssuanceLogReader, IssuanceLogStore, prepareTelemetry } from './issuance-log-store.ts'
import { TokenActivityStore } from './token-activity-store.ts'

let folder: string
let clock: FakeClock
let ids: SequentialIds
let log: IssuanceLogStore
let reader: IssuanceLogReader
let activity: TokenActivityStore

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'signet-activity-'))
  clock = new FakeClock()
  ids = new SequentialIds(clock)
  const cursors = new Cursors(randomBytes(32))
  const file = prepareTelemetry(folder, clock.now())
  log = new IssuanceLogStore(file)
  reader = new IssuanceLogReader(file, cursors)
  activity = new TokenActivityStore(folder, cursors, clock)
})
afterEach(async () => {
  await activity.close()
  reader.close()
  log.close()
  rmSync(folder, { recursive: true, force: true })
})

function write(audience: string, outcome = 'ok', more: { principalId?: string; x5tS256?: string } = {}): string {
  const id = ids.next()
  const row = { id, tenantId: 't', at: clock.now(), principalId: 'p', clientId: 'c', audience, outcome }
  const rest = { x5tS256: null, kid: null, exp: clock.now() / 1_000 + 3_600, correlationId: 'c', ip: null }
  log.write([{ ...row, ...rest, ...more }])
  return id
}

it('a page of filtered requests has those of one principal, newest first, page after page', async () => {
  const wanted: string[] = []
  for (let index = 0; index < 5; index += 1) {
    wanted.unshift(write('vault', 'resource_disabled'))
    write('vault')
    write('arm', 'resource_disabled')
    write('vault', 'resource_disabled', { principalId: 'other' })
  }
  const seen: string[] = []
  let cursor: string | undefined
  do {
    const page = await activity.page('p', { result: 'refused', audience: 'vault', limit: 2, cursor })
    seen.push(...page.items.map(({ id }) => id))
    cursor = page.nextCursor ?? undefined
  } while (cursor !== undefined)
  expect(seen).toEqual(wanted)
  expect((await activity.page('p', { result: 'ok', limit: 50 })).items).toHaveLength(5)
})

it('requests over time are counted by outcome, as the filter says', async () => {
  const from = clock.now()
  write('vault')
  write('arm', 'resource_disabled')
  clock.advance(minuteMs)
  write('vault')
  const range = { from, to: clock.now() + 1 }
  const counted = async (filter: { audience?: string; result?: 'ok' | 'refused' }) => {
    const { buckets } = await activity.histogram('p', { ...range, ...filter })
    return buckets.flatMap(({ at, ok, refused }) => (ok + refused > 0 ? [[at - from, ok, refused]] : []))
  }
  expect(await counted({})).toEqual([
    [0, 1, 1],
    [minuteMs, 1, 0],
  ])
  expect(await counted({ audience: 'arm' })).toEqual([[0, 0, 1]])
  expect(await counted({ result: 'ok', audience: 'vault' })).toHaveLength(2)
  const { items } = await activity.page('p', { from: from + 1, to: range.to, limit: 50 })
  expect(items.map(({ at }) => at)).toEqual([clock.now()])
})

it('a range of time has what was written while the IDs ran ahead of a clock that was set back (SEC-145)', async () => {
  write('vault')
  clock.step(-hourMs)
  const id = write('arm')
  const range = { from: clock.now(), to: clock.now() + minuteMs }
  expect((await activity.page('p', { ...range, limit: 50 })).items.map((item) => item.id)).toEqual([id])
})

it('the first token of a certificate is found near the instant of its first use, and no other', () => {
  write('vault', 'ok', { x5tS256: 'old' })
  write('vault', 'resource_disabled', { x5tS256: 'new' })
  const id = write('arm', 'ok', { x5tS256: 'new' })
  write('vault', 'ok', { x5tS256: 'new' })
  const near = { fromMs: clock.now() - secondMs, untilMs: clock.now() + secondMs }
  expect(reader.firstWith({ principalId: 'p', x5tS256: 'new', ...near })).toMatchObject({ id, audience: 'arm' })
  expect(reader.firstWith({ principalId: 'other', x5tS256: 'new', ...near })).toBeUndefined()
  const later = { fromMs: clock.now() + secondMs, untilMs: clock.now() + 2 * secondMs }
  expect(reader.firstWith({ principalId: 'p', x5tS256: 'new', ...later })).toBeUndefined()
})

it('what was issued of late is counted over 24 hours and seven days, by audience, and nothing of others', async () => {
  write('arm')
  clock.advance(3 * dayMs)
  for (let index = 0; index < 3; index += 1) write('vault')
  clock.advance(hourMs)
  write('arm')
  write('arm', 'resource_unknown')
  write('vault', 'ok', { principalId: 'other' })
  expect(await activity.recently('p')).toEqual({
    day: [
      { audience: 'vault', tokens: 3, lastAt: clock.now() - hourMs },
      { audience: 'arm', tokens: 1, lastAt: clock.now() },
    ],
    week: [
      { audience: 'vault', tokens: 3 },
      { audience: 'arm', tokens: 2 },
    ],
    live: {
      tokens: 1,
      until: clock.now() + hourMs,
      audiences: [{ audience: 'arm', tokens: 1, until: clock.now() + hourMs }],
    },
  })
  clock.advance(30 * dayMs)
  expect(await activity.recently('p')).toEqual({ day: [], week: [], live: { tokens: 0, until: null, audiences: [] } })
})

it('requests of a day are counted by who asked, whether or not they got a token', async () => {
  write('arm')
  clock.advance(25 * hourMs)
  write('arm')
  write('arm', 'credential_expired')
  expect(await activity.requestsOf(['p', 'other'])).toEqual(
    new Map([
      ['p', 2],
      ['other', 0],
    ]),
  )
})

it('what is out of many principals is counted together, with the last end and the last use of any', async () => {
  write('vault', 'ok', { principalId: 'earlier' })
  clock.advance(2 * hourMs)
  write('arm')
  write('vault', 'ok', { principalId: 'other' })
  write('vault', 'resource_disabled', { principalId: 'refused' })
  write('vault', 'ok', { principalId: 'somebody else' })
  clock.advance(minuteMs)
  expect(await activity.outstanding(['p', 'other', 'earlier', 'refused', 'never'])).toEqual({
    live: { tokens: 2, until: clock.now() - minuteMs + hourMs },
    lastUsedAt: clock.now() - minuteMs,
  })
  expect(await activity.outstanding(['refused'])).toEqual({ live: { tokens: 0, until: null }, lastUsedAt: null })
  expect(await activity.outstanding([])).toEqual({ live: { tokens: 0, until: null }, lastUsedAt: null })
})
