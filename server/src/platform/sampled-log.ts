import { secondMs } from '@signet/shared/vocabulary/time'
import type { Clock } from './clock.ts'
import type { Logger } from './log.ts'

const mostPerSecond = 10
/** Reasons are few and ours; should one ever carry a caller's word, memory stays bounded all the same. */
const mostReasons = 1_000

/**
 * A log for what anybody can bring about: ten lines a second for each reason, then a count of what was left out with the
 * next line. Callers cannot flood it (SEC-173).
 */
export class SampledLog {
  readonly #log: Logger
  readonly #clock: Clock
  readonly #windows = new Map<string, { startMs: number; count: number }>()

  constructor(log: Logger, clock: Clock) {
    this.#log = log
    this.#clock = clock
  }

  info(reason: string, fields: Record<string, unknown>, message: string): void {
    this.#write('info', reason, fields, message)
  }

  warn(reason: string, fields: Record<string, unknown>, message: string): void {
    this.#write('warn', reason, fields, message)
  }

  error(reason: string, fields: Record<string, unknown>, message: string): void {
    this.#write('error', reason, fields, message)
  }

  #write(level: 'info' | 'warn' | 'error', reason: string, fields: Record<string, unknown>, message: string): void {
    const now = this.#clock.monotonicMs()
    const window = this.#windows.get(reason)
    if (window && now - window.startMs < secondMs) {
      window.count += 1
      if (window.count <= mostPerSecond) this.#log[level]({ reason, ...fields }, message)
      return
    }
    if (!window && this.#windows.size >= mostReasons) this.#windows.clear()
    this.#windows.set(reason, { startMs: now, count: 1 })
    const unlogged = Math.max(0, (window?.count ?? 0) - mostPerSecond)
    this.#log[level]({ reason, ...fields, ...(unlogged > 0 && { unlogged }) }, message)
  }
}
