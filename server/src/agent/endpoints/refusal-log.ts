import type { ErrorCode } from '@signet/shared/errors'
import { secondMs } from '@signet/shared/vocabulary/time'
import type { Clock } from '../../platform/clock.ts'
import type { Logger } from '../../platform/log.ts'

const mostPerSecond = 10

/** Refusals by code, ten a second each at most: callers cannot flood the log (SEC-173). */
export class RefusalLog {
  readonly #clock: Clock
  readonly #log: Logger
  readonly #windows = new Map<ErrorCode, { startMs: number; count: number }>()

  constructor(clock: Clock, log: Logger) {
    this.#clock = clock
    this.#log = log
  }

  note(code: ErrorCode): void {
    const now = this.#clock.monotonicMs()
    const window = this.#windows.get(code)
    if (!window || now - window.startMs >= secondMs) {
      const unlogged = Math.max(0, (window?.count ?? 0) - mostPerSecond)
      this.#windows.set(code, { startMs: now, count: 1 })
      this.#log.info({ reason: code, ...(unlogged > 0 && { unlogged }) }, 'local request refused')
      return
    }
    window.count += 1
    if (window.count <= mostPerSecond) this.#log.info({ reason: code }, 'local request refused')
  }
}
