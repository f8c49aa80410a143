import type { ClockStatus } from '@signet/shared/api/clock'
import { secondMs } from '@signet/shared/vocabulary/time'
import type { AuditLog } from '../audit/index.ts'
import type { Clock } from '../platform/clock.ts'
import { type ClockStep, type ClockWatch, leastStepMs, steadyAfterMs } from '../platform/clock-watch.ts'
import { newGuid } from '../platform/identifiers.ts'
import type { Logger } from '../platform/log.ts'
import { type RequestContext, systemContext } from '../platform/request-context.ts'
import { SignetError } from '../platform/signet-error.ts'

export interface ClockConfirmationParts {
  readonly watch: ClockWatch
  readonly audit: AuditLog
  readonly clock: Clock
  readonly log: Logger
}

/**
 * Steps of the clock on record, and the word of an operator that the time is right (SEC-122, SEC-145). The record is also
 * what a restart knows of a step: a wait that was cut short begins anew.
 */
export class ClockConfirmation {
  readonly #parts: ClockConfirmationParts

  private constructor(parts: ClockConfirmationParts) {
    this.#parts = parts
  }

  static async open(parts: ClockConfirmationParts): Promise<ClockConfirmation> {
    const confirmation = new ClockConfirmation(parts)
    parts.watch.onStep((step) => confirmation.#record(step))
    await confirmation.#lookBack()
    return confirmation
  }

  status(): ClockStatus {
    const { watch, clock } = this.#parts
    const step = watch.waitingFor
    return {
      now: clock.now(),
      steady: step === undefined,
      step: step ? { byMs: step.byMs, at: step.at, steadyInMs: Math.ceil(step.steadyInMs) } : null,
    }
  }

  /**
   * @param steppedAt the step that was looked at, epoch milliseconds
   * @throws SignetError `conflict` when the clock stepped again since
   */
  async confirm(context: RequestContext, steppedAt: number): Promise<ClockStatus> {
    const { watch, audit } = this.#parts
    const step = watch.waitingFor
    if (step) {
      if (step.at !== steppedAt) {
        throw new SignetError('conflict', 'The clock has stepped again since.', { fix: 'Look at the time once more.' })
      }
      await audit.record(context, {
        action: 'clock.confirmed',
        target: { kind: 'clock', id: 'server', label: 'server clock' },
        after: { byMs: step.byMs, steppedAt: step.at },
      })
      watch.confirm(step)
    }
    return this.status()
  }

  #record(step: ClockStep): void {
    const { audit, log } = this.#parts
    log.warn({ bySeconds: Math.round(step.byMs / secondMs) }, 'the clock stepped; what cannot be undone waits')
    audit
      .record(systemContext('clock watch', newGuid()), {
        action: 'clock.stepped',
        target: { kind: 'clock', id: 'server', label: 'server clock' },
        before: { time: step.at - step.byMs },
        after: { time: step.at, byMs: step.byMs },
      })
      .catch((error: unknown) => log.error({ err: error }, 'clock step could not be recorded'))
  }

  /** What happened while no process of this deployment ran shows in the newest records. */
  async #lookBack(): Promise<void> {
    const { watch, audit, clock } = this.#parts
    const now = clock.now()
    const newest = await audit.newestAt()
    if (newest !== undefined && newest - now > leastStepMs) {
      watch.stepFound(now - newest)
      return
    }
    const stepped = await audit.newestOf('clock.stepped')
    const confirmed = await audit.newestOf('clock.confirmed')
    if (!stepped || now - stepped.at >= steadyAfterMs) return
    const step = { byMs: Number(stepped.after?.['byMs'] ?? 0), at: Number(stepped.after?.['time'] ?? stepped.at) }
    if (Number(confirmed?.after?.['steppedAt']) !== step.at) watch.resume(step)
  }
}
