import { setImmediate } from 'node:timers/promises'
import { dayMs, hourMs } from '@signet/shared/vocabulary/time'
import type { AuditLog } from '../audit/index.ts'
import type { Clock } from '../platform/clock.ts'
import type { Steadiness } from '../platform/clock-watch.ts'
import { newGuid } from '../platform/identifiers.ts'
import type { Logger } from '../platform/log.ts'
import { PeriodicTask } from '../platform/periodic.ts'
import { systemContext } from '../platform/request-context.ts'
import type { Transactor } from '../platform/transaction.ts'
import { HistoryRetentionStore, type Pruned } from './history-retention-store.ts'

const everyMs = hourMs
/** About 2,000 rows: a rotation has some five steps. */
const mostPerStep = { certificates: 2_000, rotations: 330 }
/** What is left after so many steps waits for the next turn. */
const mostSteps = 500

interface RetentionParts {
  readonly database: Transactor
  readonly audit: AuditLog
  readonly clock: Clock
  readonly steadiness: Steadiness
  readonly log: Logger
  readonly historyDays: number
}

/**
 * The one thing that ever deletes history: rotations, and certificates that were retired or revoked, once they ended longer
 * ago than they are kept. In small steps, each with its audit event; not while the clock is in doubt (SEC-145).
 */
export class HistoryRetention {
  readonly #parts: RetentionParts
  readonly #store = new HistoryRetentionStore()
  #task: PeriodicTask | undefined
  #isStopped = false

  constructor(parts: RetentionParts) {
    this.#parts = parts
  }

  start(): void {
    const { clock, log } = this.#parts
    this.#task ??= new PeriodicTask({ name: 'history', intervalMs: everyMs, clock, log, run: () => this.turn() })
  }

  /** A step that is under way is finished. */
  async stop(): Promise<void> {
    this.#isStopped = true
    await this.#task?.stop()
  }

  /** One turn: what has had its time by now, with other work let through between the steps. */
  async turn(): Promise<void> {
    const { clock, steadiness, historyDays } = this.#parts
    for (let step = 0; step < mostSteps && !this.#isStopped && steadiness.isSteady; step += 1) {
      const { certificates, rotations } = await this.#step(clock.now() - historyDays * dayMs)
      if (certificates + rotations === 0) return
      await setImmediate()
    }
  }

  #step(before: number): Promise<Pruned> {
    const { database, audit } = this.#parts
    return database.transact(async (tx) => {
      const pruned = await this.#store.prune(tx, before, mostPerStep)
      if (pruned.certificates + pruned.rotations > 0) {
        const after = { ...pruned, endedBefore: before }
        await audit.append(tx, systemContext('history retention', newGuid()), { action: 'history.pruned', after })
      }
      return pruned
    })
  }
}
