import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { dayMs, hourMs } from '@signet/shared/vocabulary/time'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FakeClock } from '../platform/clock.ts'
import { SequentialIds } from '../platform/identifiers.ts'
import { IssuanceLogStore, prepareTelemetry } from './issuance-log-store.ts'
import { TokenUsageStore } from './token-usage-store.ts'

let folder: string
let clock: FakeClock
let ids: SequentialIds
let log: IssuanceLogStore
let usage: TokenUsageStore

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'signet-usage-'))
  clock = new FakeClock()
  ids = new SequentialIds(clock)
  log = new IssuanceLogStore(prepareTelemetry(folder, clock.now()))
  usage = new TokenUsageStore(folder, clock)
})
afterEach(() => {
  usage.close()
  log.close()
  rmSync(folder, { recursive: true, force: true })
})

function write(audience: string, outcome = 'ok', principalId = 'p'): void {
  const row = { id: ids.next(), tenantId: 't', at: clock.now(), principalId, clientId: 'c', audience, outcome }
  const rest = { x5tS256: null, kid: null, exp: clock.now() / 1_000 + 3_600, correlationId: 'c', ip: null }
  log.write([{ ...row, ...rest }])
}

describe('recent use', () => {
  it('counts what was issued in 24 hours and seven days, by audience, and nothing of others', () => {
    write('arm')
    clock.advance(3 * dayMs)
    for (let index = 0; index < 3; index += 1) write('vault')
    clock.advance(hourMs)
    write('arm')
    write('arm', 'resource_unknown')
    write('vault', 'ok', 'other')
    expect(usage.recently('p')).toEqual({
      day: [
        { audience: 'vault', tokens: 3, lastAt: clock.now() - hourMs },
        { audience: 'arm', tokens: 1, lastAt: clock.now() },
      ],
      week: [
        { audience: 'vault', tokens: 3 },
        { audience: 'arm', tokens: 2 },
      ],
      live: { tokens: 1, until: clock.now() + hourMs },
    })
    clock.advance(30 * dayMs)
    expect(usage.recently('p')).toEqual({ day: [], week: [], live: { tokens: 0, until: null } })
  })

  it('tells of a principal whose newest request was refused for its certificate, and of no other', () => {
    write('vault', 'credential_expired', 'expired')
    write('vault', 'credential_expired', 'recovered')
    write('vault', 'ok', 'recovered')
    write('vault', 'assertion_key_unknown', 'attacked')
    write('vault', 'resource_unknown', 'mistaken')
    const refused = usage.refusedFor(['expired', 'recovered', 'attacked', 'mistaken', 'unknown'])
    expect([...refused]).toEqual([['expired', clock.now()]])
  })
})
