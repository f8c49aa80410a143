import { describe, expect, it } from 'vitest'
import { FakeClock, systemClock } from './clock.ts'

describe('the clock of a test', () => {
  it('runs what falls due in order, each at its own time', () => {
    const clock = new FakeClock(0)
    const seen: [string, number][] = []
    clock.after(20, () => seen.push(['late', clock.now()]))
    clock.after(10, () => {
      seen.push(['early', clock.now()])
      clock.after(5, () => seen.push(['nested', clock.now()]))
    })
    clock.advance(30)
    expect(seen).toEqual([
      ['early', 10],
      ['nested', 15],
      ['late', 20],
    ])
    expect(clock.now()).toBe(30)
  })

  it('forgets a timer that was cancelled', () => {
    const clock = new FakeClock()
    let ran = false
    clock
      .after(1, () => {
        ran = true
      })
      .cancel()
    clock.advance(10)
    expect(ran).toBe(false)
  })

  it('ends a sleep whose signal is aborted', async () => {
    const abort = new AbortController()
    const slept = new FakeClock().sleep(1_000, abort.signal)
    abort.abort(new Error('stop'))
    await expect(slept).rejects.toThrow('stop')
  })
})

describe('the clock of the system', () => {
  it('takes waits beyond 32 bits without firing at once', async () => {
    let ran = false
    const timer = systemClock.after(2 ** 40, () => {
      ran = true
    })
    await new Promise((resolve) => setImmediate(resolve))
    timer.cancel()
    expect(ran).toBe(false)
  })
})
