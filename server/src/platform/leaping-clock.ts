import { type Clock, systemClock, type Timer } from './clock.ts'

interface Waiting {
  /** On this clock's monotonic time. */
  readonly at: number
  readonly fire: () => void
}

/**
 * A clock that starts in the past, goes on at the speed of its source, and can be led towards the present in leaps: whatever
 * falls due within one happens at its end. Both of its times leap together, so that nothing takes a leap for a step of the
 * wall clock. It is never ahead of its source.
 */
export class LeapingClock implements Clock {
  readonly #source: Clock
  readonly #waiting = new Set<Waiting>()
  #behindMs: number

  /** @param behindMs how far in the past it starts, in whole milliseconds */
  constructor(behindMs: number, source: Clock = systemClock) {
    this.#source = source
    this.#behindMs = behindMs
  }

  /** How far it is from the present. */
  get behindMs(): number {
    return this.#behindMs
  }

  now(): number {
    return this.#source.now() - this.#behindMs
  }

  monotonicMs(): number {
    return this.#source.monotonicMs() - this.#behindMs
  }

  after(ms: number, callback: () => void): Timer {
    const timer = this.#source.after(ms, () => waiting.fire())
    const waiting: Waiting = {
      at: this.monotonicMs() + Math.max(ms, 0),
      fire: () => {
        timer.cancel()
        if (this.#waiting.delete(waiting)) callback()
      },
    }
    this.#waiting.add(waiting)
    return {
      cancel: () => {
        timer.cancel()
        this.#waiting.delete(waiting)
      },
    }
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = this.after(ms, resolve)
      const abort = () => {
        timer.cancel()
        reject(signal?.reason)
      }
      if (signal?.aborted) abort()
      else signal?.addEventListener('abort', abort, { once: true })
    })
  }

  /** Moves it on to an instant, or to the present if that is sooner, and calls back what fell due, in order. */
  leapTo(at: number): void {
    this.#behindMs = Math.max(this.#behindMs - Math.max(Math.ceil(at) - this.now(), 0), 0)
    const reached = this.monotonicMs()
    const due = [...this.#waiting].filter((one) => one.at <= reached).sort((one, other) => one.at - other.at)
    for (const one of due) one.fire()
  }
}
