import { hourMs, minuteMs, secondMs } from '@signet/shared/vocabulary/time'
import { describe, expect, it } from 'vitest'
import { FakeClock } from './clock.ts'
import { type ClockStep, ClockWatch } from './clock-watch.ts'

function watched() {
  const clock = new FakeClock()
  const watch = new ClockWatch(clock)
  const steps: ClockStep[] = []
  watch.onStep((step) => steps.push(step))
  watch.start()
  return { clock, watch, steps }
}

const none: ClockStep = { byMs: 0, at: 0 }

describe('the watch of the clock', () => {
  it.each([
    ['ahead', hourMs],
    ['back', -hourMs],
    ['ahead by little more than 30 s', 30 * secondMs + 1],
  ])('finds a step %s within five seconds (SEC-145)', (_where, byMs) => {
    const { clock, watch, steps } = watched()
    clock.advance(minuteMs)
    clock.step(byMs)
    clock.advance(5 * secondMs)
    expect(steps).toEqual([{ byMs, at: clock.now() }])
    expect(watch.isSteady).toBe(false)
  })

  it('takes no notice of 30 s and less, nor of time that merely passes (SEC-145)', () => {
    const { clock, watch, steps } = watched()
    for (const byMs of [30 * secondMs, -30 * secondMs, 1, -1]) {
      clock.step(byMs)
      clock.advance(hourMs)
    }
    expect(steps).toEqual([])
    expect(watch.isSteady).toBe(true)
  })

  it('finds a step the moment somebody is about to act on it, without waiting for its turn', () => {
    const { clock, watch, steps } = watched()
    clock.step(hourMs)
    expect(watch.isSteady).toBe(false)
    expect(steps).toHaveLength(1)
    clock.advance(minuteMs)
    expect(steps).toHaveLength(1)
  })

  it('is steady again after ten minutes, counted by the clock that does not step (SEC-145)', () => {
    const { clock, watch } = watched()
    clock.step(-hourMs)
    clock.advance(5 * secondMs)
    clock.advance(10 * minuteMs - 1)
    expect(watch.isSteady).toBe(false)
    expect(watch.waitingFor).toMatchObject({ byMs: -hourMs, steadyInMs: 1 })
    clock.advance(1)
    expect(watch.isSteady).toBe(true)
    expect(watch.waitingFor).toBeUndefined()
  })

  it('begins to wait anew at each further step', () => {
    const { clock, watch } = watched()
    clock.step(hourMs)
    clock.advance(9 * minuteMs)
    clock.step(-hourMs)
    clock.advance(9 * minuteMs)
    expect(watch.isSteady).toBe(false)
  })

  it('is steady at once when somebody confirms the time, until the next step (SEC-145)', () => {
    const { clock, watch, steps } = watched()
    clock.step(hourMs)
    clock.advance(5 * secondMs)
    watch.confirm(steps.at(-1) ?? none)
    expect(watch.isSteady).toBe(true)
    clock.step(hourMs)
    expect(watch.isSteady).toBe(false)
  })

  it('is not steady by the confirmation of a step that another one has followed, found or not (SEC-145)', () => {
    const { clock, watch, steps } = watched()
    clock.step(hourMs)
    watch.check()
    const [first = none] = steps
    clock.step(hourMs)
    watch.confirm(first)
    expect(watch.isSteady).toBe(false)
    watch.confirm(first)
    expect(watch.isSteady).toBe(false)
  })
})
