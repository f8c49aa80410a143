import { dayMs, hourMs, minuteMs, secondMs } from '@signet/shared/vocabulary/time'
import { expect, it } from 'vitest'
import { FakeClock } from './clock.ts'
import { ClockWatch } from './clock-watch.ts'
import { LeapingClock } from './leaping-clock.ts'

function open(behindMs = 10 * dayMs) {
  const source = new FakeClock()
  return { source, clock: new LeapingClock(behindMs, source) }
}

it('goes on at the speed of its source', () => {
  const { source, clock } = open()
  const start = clock.now()
  const fired: number[] = []
  clock.after(minuteMs, () => fired.push(clock.now()))
  source.advance(minuteMs)
  expect(fired).toEqual([start + minuteMs])
})

it('calls back what falls due within a leap, once and in order, and leaves the rest', () => {
  const { source, clock } = open()
  const fired: string[] = []
  clock.after(2 * hourMs, () => fired.push('second'))
  clock.after(hourMs, () => fired.push('first'))
  clock.after(hourMs, () => fired.push('cancelled')).cancel()
  clock.after(5 * hourMs, () => fired.push('third'))
  clock.leapTo(clock.now() + 3 * hourMs)
  expect(fired).toEqual(['first', 'second'])
  source.advance(2 * hourMs)
  expect(fired).toEqual(['first', 'second'])
  clock.leapTo(clock.now() + 4 * hourMs)
  source.advance(dayMs)
  expect(fired).toEqual(['first', 'second', 'third'])
})

it('is never ahead of its source, and never goes back', () => {
  const { source, clock } = open(dayMs)
  const before = clock.now()
  clock.leapTo(before - hourMs)
  expect(clock.now()).toBe(before)
  clock.leapTo(source.now() + dayMs)
  expect(clock.now()).toBe(source.now())
  expect(clock.behindMs).toBe(0)
})

it('leaps without a step of the clock: wall and monotonic time move together', () => {
  const { clock } = open()
  const watch = new ClockWatch(clock)
  clock.leapTo(clock.now() + dayMs)
  expect(watch.isSteady).toBe(true)
})

it('ends a sleep by a leap or by its signal', async () => {
  const { clock } = open()
  const slept = clock.sleep(hourMs)
  clock.leapTo(clock.now() + hourMs)
  await slept
  const stop = new AbortController()
  const waiting = clock.sleep(secondMs, stop.signal)
  stop.abort(new Error('enough'))
  await expect(waiting).rejects.toThrow('enough')
})
