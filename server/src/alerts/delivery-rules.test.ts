import { dayMs, hourMs, secondMs } from '@signet/shared/vocabulary/time'
import { describe, expect, it } from 'vitest'
import { type AttemptResult, triedForMs, verdictOf } from './delivery-rules.ts'

const now = Date.UTC(2026, 10, 24)
const outcomeOf = (result: AttemptResult, facts: { attempt?: number; share?: number; age?: number } = {}) => {
  const { attempt = 1, share = 1, age = 0 } = facts
  const verdict = verdictOf(result, { attempt, share, now, givesUpAt: now - age + triedForMs })
  return verdict.state === 'waiting' ? verdict.dueAt - now : verdict.state
}

describe('an attempt', () => {
  it.each([200, 201, 204, 299])('answered with %i is delivered', (status) => {
    expect(outcomeOf({ status })).toBe('delivered')
  })

  it.each([null, 100, 302, 400, 404, 500])('that came to %s is made again', (status) => {
    expect(outcomeOf({ status })).toBe(5 * secondMs)
  })

  it('is followed by pauses whose bound doubles up to six hours, at random below it', () => {
    expect([1, 2, 3, 4, 20, 60].map((attempt) => outcomeOf({ status: 500 }, { attempt }))).toEqual([
      ...[5, 10, 20, 40].map((seconds) => seconds * secondMs),
      ...[6 * hourMs, 6 * hourMs],
    ])
    expect(outcomeOf({ status: 500 }, { attempt: 4, share: 0.5 })).toBe(20 * secondMs)
    expect(outcomeOf({ status: 500 }, { attempt: 9, share: 0 })).toBe(secondMs)
  })

  it('is the last one after three days, and none is planned for later', () => {
    expect(outcomeOf({ status: 500 }, { attempt: 30, age: triedForMs - 1_000 })).toBe(1_000)
    expect(outcomeOf({ status: 500 }, { attempt: 30, age: triedForMs })).toBe('dead')
  })

  it.each([
    ['120', 120 * secondMs],
    [new Date(now + hourMs).toUTCString(), hourMs],
    ['999999', dayMs],
    ['-5', 5 * secondMs],
    ['soon', 5 * secondMs],
    [new Date(now - hourMs).toUTCString(), 5 * secondMs],
  ])('is repeated no sooner than Retry-After %s says, within reason', (retryAfter, pause) => {
    expect(outcomeOf({ status: 429, retryAfter })).toBe(pause)
    expect(outcomeOf({ status: 503, retryAfter })).toBe(pause)
    expect(outcomeOf({ status: 500, retryAfter })).toBe(5 * secondMs)
  })
})
