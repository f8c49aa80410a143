import type { RotationWindow } from '@signet/shared/api/rotation-policies'
import { dayMs, hourMs, minuteMs } from '@signet/shared/vocabulary/time'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mostJitter, nextAllowed, safetyLimit } from './rotation-policy.ts'
import { OpenTimes, requireWindows, spansWithin } from './rotation-windows.ts'

const start = Date.UTC(2026, 0, 1)
const utc = (cron: string, minutes: number, zone = 'UTC'): RotationWindow => ({ cron, minutes, zone })
const openFrom = (windows: RotationWindow[], blackouts: RotationWindow[] = [], frozenUntil: number | null = null) =>
  new OpenTimes({ windows, blackouts, frozenUntil }, start)
const iso = (at: number | undefined) => (at === undefined ? undefined : new Date(at).toISOString())

/** Whether a window is open, by asking for what began within its length. */
const covers = (window: RotationWindow, at: number) => spansWithin([window], { from: at, until: at + 1 }).length === 1

const zones = ['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe']
const anyWindow = fc.record({
  cron: fc
    .tuple(fc.nat(59), fc.nat(23), fc.constantFrom('*', '1-5', '0,6', '3'), fc.constantFrom('*', '*', '1', '15-20'))
    .map(([minute, hour, weekday, day]) => `${minute} ${hour} ${day} * ${day === '*' ? weekday : '*'}`),
  minutes: fc.integer({ min: 5, max: 3 * 1_440 }),
  zone: fc.constantFrom(...zones),
})

describe('a due time', () => {
  it('is never inside a blackout or a freeze nor outside a window, and never later than the safety limit', () => {
    fc.assert(
      fc.property(
        fc.array(anyWindow, { maxLength: 3 }),
        fc.array(anyWindow, { maxLength: 3 }),
        fc.option(fc.integer({ min: 0, max: 40 * dayMs })),
        fc.integer({ min: 0, max: 120 * dayMs }),
        fc.double({ min: 0, max: mostJitter * 0.999, noNaN: true }),
        (windows, blackouts, frozen, due, jitter) => {
          const frozenUntil = frozen === null ? null : start + frozen
          const open = openFrom(windows, blackouts, frozenUntil)
          const credential = { issuedAt: start - 40 * dayMs, notAfter: start + 150 * dayMs }
          const latest = safetyLimit(credential)
          const dueAt = start + due
          const at = nextAllowed(open, { dueAt, latest, jitter, lifetimeMs: 190 * dayMs })
          expect(at).toBeLessThanOrEqual(latest)
          if (at === latest) return
          expect(at).toBeGreaterThanOrEqual(dueAt)
          expect(windows.length === 0 || windows.some((window) => covers(window, at))).toBe(true)
          expect(blackouts.some((window) => covers(window, at))).toBe(false)
          expect(frozenUntil !== null && at < frozenUntil).toBe(false)
        },
      ),
      { numRuns: 150 },
    )
  })

  it('stays where it is when that is an open time', () => {
    const slot = { dueAt: start + 2 * hourMs, latest: start + 40 * dayMs, jitter: 0.1, lifetimeMs: 90 * dayMs }
    expect(nextAllowed(openFrom([utc('0 1 * * *', 120)]), slot)).toBe(slot.dueAt)
  })

  it('that waits is spread over the window by what the slot has drawn (SEC-146)', () => {
    const open = openFrom([utc('0 22 * * *', 240)])
    const at = (jitter: number) =>
      nextAllowed(open, { dueAt: start + 9 * hourMs, latest: start + 40 * dayMs, jitter, lifetimeMs: 90 * dayMs })
    expect(at(0)).toBe(start + 22 * hourMs)
    expect(at(mostJitter / 2)).toBe(start + 22 * hourMs + 96 * minuteMs)
    expect(at(mostJitter * 0.999)).toBeLessThan(start + 26 * hourMs)
  })
})

describe('a window', () => {
  it('keeps its wall time through changes of the clocks, and its length', () => {
    const night = utc('30 1 * * *', 120, 'Europe/Berlin')
    const spring = spansWithin([night], { from: Date.UTC(2026, 2, 28), until: Date.UTC(2026, 2, 31) })
    expect(spring.map(({ from }) => iso(from))).toEqual([
      '2026-03-28T00:30:00.000Z',
      '2026-03-29T00:30:00.000Z',
      '2026-03-29T23:30:00.000Z',
      '2026-03-30T23:30:00.000Z',
    ])
    for (const { from, until } of spring.slice(0, 3)) expect(until - from).toBe(120 * minuteMs)
  })

  it('that would open in the hour that is left out opens when that hour is over', () => {
    const [span] = spansWithin([utc('30 2 29 3 *', 60, 'Europe/Berlin')], { from: start, until: start + 200 * dayMs })
    expect(iso(span?.from)).toBe('2026-03-29T01:00:00.000Z')
  })

  it('opens once in the night that has an hour twice', () => {
    const spans = spansWithin([utc('30 2 25 10 *', 30, 'Europe/Berlin')], { from: start, until: start + 364 * dayMs })
    expect(spans.map(({ from }) => iso(from))).toEqual(['2026-10-25T00:30:00.000Z'])
  })

  it('that overlaps another makes one stretch with it', () => {
    const open = openFrom([utc('0 1 * * *', 120), utc('0 2 * * *', 120)])
    expect(open.next(start)).toEqual({ from: start + hourMs, until: start + 4 * hourMs })
  })

  it('is cut by a blackout within it, also by one that began before', () => {
    const open = openFrom([utc('0 0 * * *', 360)], [utc('0 2 * * *', 60), utc('0 23 * * *', 120)])
    expect(open.next(start)).toEqual({ from: start + hourMs, until: start + 2 * hourMs })
    expect(open.next(start + 2 * hourMs)).toEqual({ from: start + 3 * hourMs, until: start + 6 * hourMs })
    expect(open.isOpen(start + 30 * minuteMs)).toBe(false)
  })

  it('that spans the months that are looked up at a time stays one stretch', () => {
    const open = openFrom([], [utc('0 12 1 6 *', 60)])
    const first = open.next(start)
    expect(iso(first?.until)).toBe('2026-06-01T12:00:00.000Z')
  })

  it('is not open in a freeze', () => {
    const open = openFrom([], [], start + 3 * dayMs)
    expect(open.isOpen(start + 3 * dayMs - 1)).toBe(false)
    expect(open.isOpen(start + 3 * dayMs)).toBe(true)
  })
})

describe('windows that cannot be kept', () => {
  it.each([
    [utc('0 1 * * *', 60, 'Mars/Olympus'), /no time zone called "Mars\/Olympus"/],
    [utc('0 1 * * *', 60, '+02:00'), /no time zone/],
    [utc('every night', 60), /not a cron expression/],
    [utc('0 25 * * *', 60), /not a cron expression/],
    [utc('0 0 30 2 *', 60), /never comes/],
    [utc('2020-01-01T00:00:00', 60), /never comes/],
    [utc('*/10 * * * *', 60), /more than 48 times a day/],
  ])('are refused with what is wrong: %j', (window, message) => {
    const refused = (windows: RotationWindow[], blackouts: RotationWindow[]) => () =>
      requireWindows({ windows, blackouts }, start)
    expect(refused([window], [])).toThrow(message)
    expect(refused([], [window])).toThrow(message)
  })

  it('are those that blackouts leave nothing of', () => {
    const all = { windows: [utc('0 1 * * *', 60)], blackouts: [utc('0 0 * * *', 300)] }
    expect(() => requireWindows(all, start)).toThrow(/no time open/)
  })

  it('are not a single night to come', () => {
    expect(() => requireWindows({ windows: [], blackouts: [utc('2026-12-24T00:00:00', 1_440)] }, start)).not.toThrow()
  })
})
