import { setTimeout as delay } from 'node:timers/promises'
import type { Clock, Timer } from '../../src/platform/clock.ts'

/** The machine's own time, run faster by a factor and ahead of it; the same in every process that is told the same. */
export class ScaledClock implements Clock {
  readonly #speed: number
  readonly #origin: number
  readonly #aheadMs: number

  /** @param origin epoch milliseconds at which both times are alike */
  constructor(options: { speed: number; origin: number; aheadMs: number }) {
    this.#speed = options.speed
    this.#origin = options.origin
    this.#aheadMs = options.aheadMs
  }

  now(): number {
    return Math.floor(this.#origin + (Date.now() - this.#origin) * this.#speed + this.#aheadMs)
  }

  monotonicMs(): number {
    return performance.now() * this.#speed
  }

  after(ms: number, callback: () => void): Timer {
    const timer = setTimeout(callback, Math.max(ms, 0) / this.#speed)
    timer.unref()
    return { cancel: () => clearTimeout(timer) }
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    await delay(Math.max(ms, 0) / this.#speed, undefined, { ref: false, ...(signal && { signal }) })
  }
}
