import { expect, test } from 'vitest'
import { axisOf, spans, zoomed } from './timeline-axis.ts'

const now = Date.UTC(2026, 10, 25, 12, 34)

test('a third of the axis lies behind, two thirds ahead, and it stands still within the hour', () => {
  const { from, until } = axisOf({ span: '90d' }, now)
  expect(until - from).toBe(spans['90d'])
  expect(from).toBeLessThan(now - 29 * 86_400_000)
  expect(axisOf({ span: '90d' }, now + 60_000)).toEqual({ from, until })
})

test('moves by thirds and zooms from span to span', () => {
  const here = axisOf({ span: '30d' }, now)
  expect(axisOf({ span: '30d', shift: 3 }, now).from).toBe(here.until)
  expect(zoomed('30d', -1)).toBe('7d')
  expect(zoomed('1y', 1)).toBeUndefined()
  expect(zoomed(undefined, 1)).toBe('1y')
})
