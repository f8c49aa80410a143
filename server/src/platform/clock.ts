import { setTimeout as delay } from 'node:timers/promises'

export interface Timer {
  cancel(): void
}

/** Time as the product sees it. Everything that waits or looks at the hour is given one of these. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number
  /** Milliseconds from an arbitrary start; never steps. */
  monotonicMs(): number
  /** Calls back once; the timer alone does not keep the process alive. */
  after(ms: number, callback: () => void): Timer
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

/** setTimeout counts in 32 bits; a longer wait ends early and its caller looks again. */
const longestTimerMs = 2 ** 31 - 1

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, Math.min(Math.max(ms, 0), longestTimerMs))
    timer.unref()
    return { cancel: () => clearTimeout(timer) }
  },
  async sleep(ms, signal) {
    await delay(Math.min(Math.max(ms, 0), longestTimerMs), undefined, { ref: false, ...(signal && { signal }) })
  },
}

/**
 * A clock that a test holds: time stands still until `advance` moves it and runs what fell due, in order. `step` is what an
 * operator, a time server or a lid does to the wall clock alone.
 */
export class FakeClock implements Clock {
  /** Epoch milliseconds at monotonic zero; a step changes it. */
  #origin: number
  #elapsed = 0
  #pending: { at: number; callback: () => void }[] = []

  constructor(start = Date.UTC(2026, 10, 24, 9, 0, 0)) {
    this.#origin = start
  }

  now(): number {
    return this.#origin + this.#elapsed
  }

  monotonicMs(): number {
    return this.#elapsed
  }

  after(ms: number, callback: () => void): Timer {
    const entry = { at: this.#elapsed + Math.max(ms, 0), callback }
    this.#pending.push(entry)
    return {
      cancel: () => {
        this.#pending = this.#pending.filter((other) => other !== entry)
      },
    }
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = this.after(ms, resolve)
      signal?.addEventListener('abort', () => {
        timer.cancel()
        reject(signal.reason)
      })
    })
  }

  advance(ms: number): void {
    const target = this.#elapsed + ms
    for (;;) {
      const next = this.#pending.filter((entry) => entry.at <= target).sort((a, b) => a.at - b.at)[0]
      if (!next) break
      this.#pending = this.#pending.filter((entry) => entry !== next)
      this.#elapsed = Math.max(this.#elapsed, next.at)
      next.callback()
    }
    this.#elapsed = target
  }

  /** Moves the wall clock and nothing else: no timer runs, and none falls due sooner. */
  step(ms: number): void {
    this.#origin += ms
  }
}
