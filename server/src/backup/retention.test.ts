import { dayMs, hourMs } from '@signet/shared/vocabulary/time'
import { expect, it } from 'vitest'
import { keptBackups } from './retention.ts'

it('keeps the newest by the hour, one of each day before that, and nothing from before the days', () => {
  const now = 100 * dayMs + 12 * hourMs
  const backups = Array.from({ length: 24 * 40 }, (_, index) => ({
    number: index + 1,
    madeAt: now - (24 * 40 - 1 - index) * hourMs,
  }))
  const kept = keptBackups(backups, { keepHourly: 24, keepDaily: 30, now, dayMs })
  const ages = backups.filter(({ number }) => kept.has(number)).map(({ madeAt }) => now - madeAt)
  expect(ages.filter((age) => age < 24 * hourMs)).toHaveLength(24)
  expect(ages.length).toBeGreaterThanOrEqual(24 + 28)
  expect(ages.length).toBeLessThanOrEqual(24 + 30)
  expect(Math.max(...ages)).toBeLessThan(30 * dayMs)
})

it('never takes the only one, however old', () => {
  const rule = { keepHourly: 1, keepDaily: 0, now: 1_000 * dayMs, dayMs }
  expect([...keptBackups([{ number: 3, madeAt: 0 }], rule)]).toEqual([3])
})
