import { dayMs, hourMs } from '@signet/shared/vocabulary/time'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { laneOf, mostJitter, overlapUntil, rotateAfter } from './rotation-policy.ts'

const lifetimeMs = 90 * dayMs
const due = (jitter: number, isFirst: boolean) =>
  rotateAfter({ issuedAt: 0, lifetimeMs, rotateAt: 0.5, jitter, isFirst }) / lifetimeMs

describe('when a certificate is due', () => {
  it.each([
    { jitter: 0, isFirst: true, share: 0.5 },
    { jitter: mostJitter, isFirst: true, share: 0.25 },
    { jitter: 0, isFirst: false, share: 0.5 },
    { jitter: mostJitter, isFirst: false, share: 0.3 },
  ])('is at $share of the lifetime with jitter $jitter, first: $isFirst', ({ jitter, isFirst, share }) => {
    expect(due(jitter, isFirst)).toBeCloseTo(share, 6)
  })

  it('is always between a tenth of the lifetime and its end', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.2, max: 0.9, noNaN: true }),
        fc.double({ min: 0, max: mostJitter, noNaN: true }),
        fc.boolean(),
        (rotateAt, jitter, isFirst) => {
          const at = rotateAfter({ issuedAt: 1_000, lifetimeMs, rotateAt, jitter, isFirst })
          expect(at).toBeGreaterThanOrEqual(1_000 + lifetimeMs * 0.0999)
          expect(at).toBeLessThanOrEqual(1_000 + lifetimeMs * 0.9001)
        },
      ),
    )
  })
})

describe('overlap and order', () => {
  it('ends the overlap no later than the old certificate itself', () => {
    expect(overlapUntil({ now: 0, overlapMs: dayMs, notAfter: 10 * dayMs })).toBe(dayMs)
    expect(overlapUntil({ now: 0, overlapMs: dayMs, notAfter: hourMs })).toBe(hourMs)
  })

  it.each([
    { trigger: 'enable', left: null, lane: 10 },
    { trigger: 'manual', left: 0.9, lane: 10 },
    { trigger: 'reenroll', left: 0.9, lane: 10 },
    { trigger: 'schedule', left: 0.1, lane: 50 },
    { trigger: 'schedule', left: 0.5, lane: 100 },
  ] as const)('puts $trigger with $left of its life left in lane $lane', ({ trigger, left, lane }) => {
    expect(laneOf(trigger, left)).toBe(lane)
  })
})
