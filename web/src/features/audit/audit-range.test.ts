import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { ownRange, presetOf, type RangeSearch, rangeIn, rangeOf, rangeSearch, shifted, timeOf } from './audit-range.ts'

const now = Date.UTC(2026, 10, 25, 12)
const hour = 3_600_000

describe('the time range of the audit page', () => {
  test('is the last 24 hours unless the address says otherwise', () => {
    expect(presetOf({})).toBe('24h')
    expect(rangeOf({}, now)).toEqual({ from: now - 24 * hour })
    expect(rangeOf({ range: 'all' }, now)).toEqual({})
  })

  test('may be an own stretch, open at either end', () => {
    expect(rangeOf(ownRange(now - hour, now), now)).toEqual({ from: now - hour, to: now })
    expect(rangeOf({ from: '2026-11-25T11:00:00.000Z' }, now)).toEqual({ from: now - hour })
    expect(presetOf({ range: '7d', to: '2026-11-25T11:00:00.000Z' })).toBeUndefined()
  })

  test('moves by its own length', () => {
    expect(shifted({ range: '1h' }, -1, now)).toEqual(ownRange(now - 2 * hour, now - hour))
    expect(shifted(ownRange(now - 2 * hour, now - hour), 1, now)).toEqual(ownRange(now - hour, now))
    expect(shifted({ range: 'all' }, -1, now)).toBeUndefined()
  })

  test.each<RangeSearch>([
    { range: '7d' },
    ownRange(now - hour, now),
    { from: ownRange(now, now).from },
    { range: 'all' },
  ])('of %o survives being kept in a view', (search) => {
    expect(rangeIn(timeOf(search))).toEqual({ range: undefined, from: undefined, to: undefined, ...search })
  })

  test('of a view that was kept with nonsense is the usual one', () => {
    for (const time of ['', 'yesterday', '../..', '<script>/']) expect(presetOf(rangeIn(time))).toBe('24h')
  })

  test('falls back where the address is nonsense', () => {
    const parsed = z.object(rangeSearch).parse({ range: 'yesterday', from: '<script>', to: '2026-13-01' })
    expect(parsed).toEqual({})
  })
})
