import { secondMs } from '@signet/shared/vocabulary/time'
import type { Clock } from '../../platform/clock.ts'
import { randomShare } from '../../platform/identifiers.ts'
import { SignetError } from '../../platform/signet-error.ts'

/** Of all token requests to one agent; undefined is no limit, which is the default (SEC-165). */
export interface LimitSettings {
  /** Requests a second, and as many at once after a pause. */
  readonly perSecond: number | undefined
  /** Requests that wait for their token at the same time. */
  readonly inFlight: number | undefined
}

/** What a cloud does to a workload that asks too often, for whoever wants to try that (SEC-165, SEC-166). */
export class LocalLimits {
  readonly #settings: LimitSettings
  readonly #clock: Clock
  #inFlight = 0
  #left: number
  #countedAtMs: number

  constructor(settings: LimitSettings, clock: Clock) {
    this.#settings = settings
    this.#clock = clock
    this.#left = settings.perSecond ?? 0
    this.#countedAtMs = clock.monotonicMs()
  }

  /**
   * Admits one request until what is returned is called.
   *
   * @throws SignetError `too_many_requests`, with a time to come back after that differs per request
   */
  enter(): () => void {
    const { inFlight } = this.#settings
    if (inFlight !== undefined && this.#inFlight >= inFlight) throw refusal(`${inFlight} requests are in flight.`)
    this.#spend()
    this.#inFlight += 1
    return () => {
      this.#inFlight -= 1
    }
  }

  #spend(): void {
    const { perSecond } = this.#settings
    if (perSecond === undefined) return
    const now = this.#clock.monotonicMs()
    this.#left = Math.min(perSecond, this.#left + ((now - this.#countedAtMs) * perSecond) / secondMs)
    this.#countedAtMs = now
    if (this.#left < 1) throw refusal(`More than ${perSecond} requests a second.`)
    this.#left -= 1
  }
}

function refusal(why: string): SignetError {
  return new SignetError('too_many_requests', why, { retryAfterSeconds: 1 + Math.round(randomShare()) })
}
