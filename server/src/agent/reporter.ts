import { minuteMs } from '@signet/shared/vocabulary/time'
import type { ReportRequest } from '@signet/shared/wire/agent-protocol'
import type { Clock, Timer } from '../platform/clock.ts'
import { randomShare } from '../platform/identifiers.ts'
import type { Logger } from '../platform/log.ts'
import { SignetError } from '../platform/signet-error.ts'
import type { ServerClient } from './server-client.ts'

const leastIntervalMs = 10 * minuteMs
const spreadMs = 10 * minuteMs

/** Tells the server what this agent holds: after every change, and every 15 ± 5 minutes. One report at a time. */
export class Reporter {
  readonly #client: Pick<ServerClient, 'report'>
  readonly #clock: Clock
  readonly #log: Logger
  readonly #content: () => ReportRequest | undefined
  #sending = false
  #again = false
  #stopped = false
  #timer: Timer | undefined

  constructor(parts: {
    client: Pick<ServerClient, 'report'>
    clock: Clock
    log: Logger
    /** Undefined as long as there is no state to report on. */
    content: () => ReportRequest | undefined
  }) {
    this.#client = parts.client
    this.#clock = parts.clock
    this.#log = parts.log
    this.#content = parts.content
  }

  /** Sends a report soon; what is asked for while one is under way is sent after it, once. */
  soon(): void {
    this.#again = true
    if (!this.#sending) void this.#send()
  }

  stop(): void {
    this.#stopped = true
    this.#timer?.cancel()
  }

  async #send(): Promise<void> {
    this.#sending = true
    while (this.#again && !this.#stopped) {
      this.#again = false
      const content = this.#content()
      if (!content) break
      try {
        await this.#client.report(content)
      } catch (error) {
        // The next state brings the next report: every connection begins with one.
        this.#log.debug({ code: SignetError.from(error).code }, 'report not delivered')
      }
    }
    this.#sending = false
    this.#timer?.cancel()
    if (!this.#stopped) this.#timer = this.#clock.after(leastIntervalMs + randomShare() * spreadMs, () => this.soon())
  }
}
