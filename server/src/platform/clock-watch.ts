import { minuteMs, secondMs } from '@signet/shared/vocabulary/time'
import type { Clock, Timer } from './clock.ts'

const checkEveryMs = 5 * secondMs
export const leastStepMs = 30 * secondMs
export const steadyAfterMs = 10 * minuteMs

/** The wall clock moved by itself: somebody set it, or the machine slept. */
export interface ClockStep {
  /** Negative for a step back. */
  readonly byMs: number
  /** Epoch milliseconds after it. */
  readonly at: number
}

/** What may not be undone waits for this: nothing retires, is purged or pruned on the word of a clock that just jumped. */
export interface Steadiness {
  readonly isSteady: boolean
}

/**
 * Compares the wall clock with the monotonic one every five seconds (SEC-145). Work that is done by the hour goes on; work
 * that destroys something asks `isSteady`, which is false from a step of more than 30 s until ten minutes without another,
 * or until somebody confirms that the time is right.
 */
export class ClockWatch implements Steadiness {
  readonly #clock: Clock
  readonly #observers: ((step: ClockStep) => void)[] = []
  #offset: number
  /** On the monotonic clock. */
  #unsteadyUntil = Number.NEGATIVE_INFINITY
  #last: ClockStep | undefined
  #timer: Timer | undefined

  constructor(clock: Clock) {
    this.#clock = clock
    this.#offset = this.#currentOffset()
  }

  /** Called at each step, once it was found. Must not throw. */
  onStep(observer: (step: ClockStep) => void): void {
    this.#observers.push(observer)
  }

  start(): void {
    this.#timer?.cancel()
    this.#timer = this.#clock.after(checkEveryMs, () => {
      this.check()
      this.start()
    })
  }

  stop(): void {
    this.#timer?.cancel()
  }

  /** Looks for itself first, so that a step is found by whoever would act on it, however late the timer is. */
  get isSteady(): boolean {
    this.check()
    return this.#clock.monotonicMs() >= this.#unsteadyUntil
  }

  /** The step that is being waited out; undefined while the clock is steady. */
  get waitingFor(): (ClockStep & { readonly steadyInMs: number }) | undefined {
    if (this.isSteady || !this.#last) return undefined
    return { ...this.#last, steadyInMs: this.#unsteadyUntil - this.#clock.monotonicMs() }
  }

  check(): void {
    const offset = this.#currentOffset()
    const byMs = Math.round(offset - this.#offset)
    this.#offset = offset
    if (Math.abs(byMs) > leastStepMs) this.#stepped(byMs)
  }

  /** A step that happened while nobody watched: records of the process before this one are ahead of now. */
  stepFound(byMs: number): void {
    this.#stepped(byMs)
  }

  /** The process before this one was waiting out a step; it was told then, and the wait begins anew. */
  resume(step: ClockStep): void {
    this.#last = step
    this.#unsteadyUntil = this.#clock.monotonicMs() + steadyAfterMs
  }

  /** Somebody looked at the time after this step and found it right; one that came since is waited out all the same. */
  confirm({ at, byMs }: ClockStep): void {
    this.check()
    if (this.#last?.at !== at || this.#last.byMs !== byMs) return
    this.#unsteadyUntil = Number.NEGATIVE_INFINITY
    this.#last = undefined
  }

  #stepped(byMs: number): void {
    this.#last = { byMs, at: this.#clock.now() }
    this.#unsteadyUntil = this.#clock.monotonicMs() + steadyAfterMs
    for (const observe of this.#observers) observe(this.#last)
  }

  #currentOffset(): number {
    return this.#clock.now() - this.#clock.monotonicMs()
  }
}
