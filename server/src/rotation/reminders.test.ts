import { hourMs, minuteMs, secondMs } from '@signet/shared/vocabulary/time'
import { describe, expect, it } from 'vitest'
import { backoffMs, nextReminder } from './reminders.ts'

const nearlyOne = 1 - Number.EPSILON

describe('a run whose agent does not come', () => {
  it.each([
    { attempt: 1, most: 30 * secondMs },
    { attempt: 2, most: 60 * secondMs },
    { attempt: 5, most: 8 * minuteMs },
    { attempt: 1_000, most: 6 * hourMs },
  ])('is announced again within $most ms after try $attempt, with full jitter', ({ attempt, most }) => {
    expect(backoffMs({ attempt, lane: 100, share: nearlyOne })).toBe(most)
    expect(backoffMs({ attempt, lane: 100, share: 0.5 })).toBe(most / 2)
    expect(backoffMs({ attempt, lane: 100, share: 0 })).toBe(secondMs)
  })

  it.each([0, 10])('is announced within five minutes when somebody asked for it (lane %i)', (lane) => {
    expect(backoffMs({ attempt: 1_000, lane, share: nearlyOne })).toBe(5 * minuteMs)
  })

  it.each([
    { left: null, lane: 100, to: 100, most: 6 * hourMs },
    { left: 0.21, lane: 100, to: 100, most: 6 * hourMs },
    { left: 0.19, lane: 100, to: 50, most: 6 * hourMs },
    { left: 0.09, lane: 100, to: 50, most: 5 * minuteMs },
    { left: -0.1, lane: 100, to: 50, most: 5 * minuteMs },
    { left: 0.09, lane: 10, to: 10, most: 5 * minuteMs },
    { left: 0.09, lane: 0, to: 0, most: 5 * minuteMs },
  ])('moves from lane $lane to $to with $left of its certificate left', ({ left, lane, to, most }) => {
    const reminder = nextReminder({ attempt: 1_000, lane, share: nearlyOne, lifeLeftShare: left })
    expect(reminder).toEqual({ lane: to, waitMs: most })
  })
})
