import { describe, expect, test } from 'vitest'
import { preferences, setPreferences } from './preferences.ts'
import { layOutTimeline, overlapsOf, type TimelineItem, ticksOf, tickWords } from './timeline-layout.ts'

const day = 86_400_000
const start = 1_800_000_000_000

function item(id: string, from: number, until: number, extra: Partial<TimelineItem> = {}): TimelineItem {
  return {
    id,
    label: id,
    kind: 'active',
    from: start + from * day,
    until: start + until * day,
    validUntil: start + until * day,
    ...extra,
  }
}

describe('layOutTimeline', () => {
  test('puts bars that overlap on lanes of their own and reuses free lanes', () => {
    const items = [item('c', 19, 40), item('a', 0, 10), item('b', 9, 20)]
    const { bars, laneCount } = layOutTimeline(items, start + 25 * day, null)
    expect(bars.map((bar) => [bar.item.id, bar.lane])).toEqual([
      ['a', 0],
      ['b', 1],
      ['c', 0],
    ])
    expect(laneCount).toBe(2)
  })

  test('marks the last fifth of the validity of what is not over', () => {
    const over = item('b', 20, 30, { kind: 'retired' })
    const { bars } = layOutTimeline([item('a', 0, 10), over], start + 5 * day, null, {
      from: start,
      until: start + 40 * day,
    })
    expect(bars.map(({ zoneStart }) => zoneStart)).toEqual([0.2, null])
  })

  test('holds now and the planned rotation even when they lie outside of every bar', () => {
    const layout = layOutTimeline([item('a', 0, 10)], start + 30 * day, start + 35 * day)
    expect(layout.from).toBeLessThan(start)
    expect(layout.until).toBeGreaterThan(start + 35 * day)
    expect(layout.now).toBeGreaterThan(layout.bars[0]?.end ?? 1)
    expect(layout.planned?.at).toBeGreaterThan(layout.now)
  })

  test('shows the rest of a validity only while the certificate may still be accepted', () => {
    const cut = { until: start + 5 * day, validUntil: start + 20 * day }
    const retiring = layOutTimeline([item('a', 0, 20, { ...cut, kind: 'retiring' })], start, null).bars[0]
    const retired = layOutTimeline([item('a', 0, 20, { ...cut, kind: 'retired' })], start, null).bars[0]
    expect(retiring?.validEnd).toBeGreaterThan(retiring?.end ?? 1)
    expect(retired?.validEnd).toBe(retired?.end)
  })

  test('leaves out what was over before the axis begins, however long it would have been valid', () => {
    const over = item('a', 0, 10, { kind: 'retired', validUntil: start + 30 * day })
    const axis = { from: start + 20 * day, until: start + 40 * day }
    expect(
      layOutTimeline([over, item('b', 9, 39)], start + 25 * day, null, axis).bars.map(({ item: { id } }) => id),
    ).toEqual(['b'])
  })

  test('shows as expired what nobody ended before its validity did', () => {
    const items = [item('a', 0, 10), item('b', 9, 20, { kind: 'retired' }), item('c', 19, 40)]
    const { bars } = layOutTimeline(items, start + 25 * day, null)
    expect(bars.map(({ kind }) => kind)).toEqual(['expired', 'retired', 'active'])
  })

  test('survives having nothing to show', () => {
    expect(layOutTimeline([], start, null)).toMatchObject({ bars: [], overlaps: [], laneCount: 1 })
  })
})

describe('overlapsOf', () => {
  test('finds the span in which both certificates are accepted', () => {
    expect(overlapsOf([item('a', 0, 10), item('b', 9, 20)])).toEqual([
      { from: start + 9 * day, until: start + 10 * day },
    ])
  })

  test('finds none where one ends as the other begins', () => {
    expect(overlapsOf([item('a', 0, 10), item('b', 10, 20)])).toEqual([])
  })
})

describe('ticksOf', () => {
  test.each([
    [60_000, 10_000],
    [3_600_000, 600_000],
    [90 * day, 14 * day],
  ])('divides %i ms into round steps', (span, step) => {
    const ticks = ticksOf(start, start + span, 7)
    expect(ticks.step).toBe(step)
    expect(ticks.at.length).toBeLessThanOrEqual(8)
    expect(ticks.at.every((at) => at >= start && at <= start + span)).toBe(true)
  })

  test('lets days begin at midnight of the zone that is shown', () => {
    const original = preferences()
    setPreferences({ zone: 'Asia/Kolkata' })
    const { at, step } = ticksOf(Date.UTC(2026, 10, 24), Date.UTC(2026, 10, 28), 7)
    expect(at[0]).toBe(Date.UTC(2026, 10, 24, 18, 30))
    expect(at.map((tick) => tickWords(tick, step))).toEqual(['Nov 25', 'Nov 26', 'Nov 27', 'Nov 28'])
    expect(tickWords(Date.UTC(2026, 10, 24, 9, 5, 7), 60_000)).toBe('14:35')
    expect(tickWords(Date.UTC(2026, 10, 24, 9, 5, 7), 1_000)).toBe('14:35:07')
    setPreferences(original)
  })
})
