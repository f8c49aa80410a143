import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hourMs } from '@signet/shared/vocabulary/time'
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

describe('use of the whole deployment', () => {
  it('is counted by the hour for the last 24 of them, refusals apart', () => {
    write('arm')
    clock.advance(23 * hourMs)
    write('vault')
    write('vault', 'ok', 'other')
    write('vault', 'resource_unknown')
    const hours = usage.hourly()
    expect(hours).toHaveLength(24)
    const begin = Math.floor(clock.now() / hourMs) * hourMs
    expect(hours.filter(({ issued, refused }) => issued + refused > 0)).toEqual([
      { at: begin - 23 * hourMs, issued: 1, refused: 0 },
      { at: begin, issued: 2, refused: 1 },
    ])
    clock.advance(24 * hourMs)
    expect(usage.hourly().every(({ issued, refused }) => issued + refused === 0)).toBe(true)
  })

  it('names what tokens were asked for under, up to an instant', () => {
    write('arm')
    expect(usage.issuedUnder(clock.now())).toEqual([])
    clock.advance(1)
    expect(usage.issuedUnder(clock.now())).toEqual(['c'])
  })
})
