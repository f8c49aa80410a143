import { dayMs, minuteMs } from '@signet/shared/vocabulary/time'
import { expect, test } from 'vitest'
import { axisOf, fittedAxis, isFitted, spans, zoomed } from './timeline-axis.ts'

const now = Date.UTC(2026, 10, 25, 12, 34)
const month = 30 * dayMs

test('a third of a span lies behind, two thirds ahead, and it stands still within the hour', () => {
  const { from, until } = axisOf({ span: '90d' }, month, now)
  expect(until - from).toBe(spans['90d'])
  expect(from).toBeLessThan(now - 29 * dayMs)
  expect(axisOf({ span: '90d' }, month, now + 60_000)).toEqual({ from, until })
})

test('moves by thirds', () => {
  const here = axisOf({ span: '30d' }, month, now)
  expect(axisOf({ span: '30d', shift: 3 }, month, now).from).toBe(here.until)
})

test('without a span it reaches two lifetimes back and one ahead, however short they are', () => {
  for (const lifetime of [month, minuteMs]) {
    const { from, until } = axisOf({}, lifetime, now)
    expect(from).toBeLessThanOrEqual(now - 2 * lifetime)
    expect(until).toBeGreaterThanOrEqual(now + lifetime)
  }
})

test('what fits is cut down to what is shown, with now on it', () => {
  const young = fittedAxis([{ from: now - dayMs, until: now + 29 * dayMs }], month, now)
  expect(young.from).toBeGreaterThan(now - 2 * dayMs)
  expect(young.until).toBeGreaterThan(now + 29 * dayMs)
  const old = fittedAxis([{ from: now - 300 * dayMs, until: now - 200 * dayMs }], month, now)
  expect(old.from).toBeGreaterThan(now - 63 * dayMs)
  expect(old.until).toBeGreaterThan(now)
  expect(isFitted({})).toBe(true)
  expect(isFitted({ shift: -1 })).toBe(false)
})

test('zooms from span to span, from what fits to the next one', () => {
  expect(zoomed('30d', month, -1)).toBe('7d')
  expect(zoomed('1y', month, 1)).toBeUndefined()
  expect(zoomed(undefined, month, 1)).toBe('1y')
  expect(zoomed(undefined, month, -1)).toBe('30d')
  expect(zoomed('fit', minuteMs, -1)).toBeUndefined()
  expect(zoomed('fit', minuteMs, 1)).toBe('1d')
})
