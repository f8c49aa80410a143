import type { Clock } from '../platform/clock.ts'
import type { Steadiness } from '../platform/clock-watch.ts'
import { newGuid, randomShare } from '../platform/identifiers.ts'
import type { Logger } from '../platform/log.ts'
import { PeriodicTask } from '../platform/periodic.ts'
import { systemContext } from '../platform/request-context.ts'
import type { ChangeRecorder, Transactor } from '../platform/transaction.ts'
import type { CredentialRollover } from './credential-rollover.ts'
import type { RotationPlan } from './rotation-plan.ts'
import { backoffMs, runDeadlineMs } from './rotation-policy.ts'
import type { ClaimedRun, RotationStore } from './rotation-store.ts'

const sweepMs = 1_000
const mostSlotsPerSweep = 500
const leaseMs = 30_000
const mostRunsPerClaim = 16

/**
 * Opens runs for slots that are due, and takes the next step of open runs. Everything it knows is in rows, so any number
 * of them may run, and one that dies leaves nothing behind but a lease that ends (SEC-143, SEC-144).
 */
export class RotationScheduler {
  readonly #store: RotationStore
  readonly #rollover: CredentialRollover
  readonly #plan: RotationPlan
  readonly #database: Transactor & ChangeRecorder
  readonly #clock: Clock
  readonly #steadiness: Steadiness
  readonly #log: Logger
  readonly #owner = newGuid()
  #task: PeriodicTask | undefined

  constructor(options: {
    store: RotationStore
    rollover: CredentialRollover
    plan: RotationPlan
    database: Transactor & ChangeRecorder
    clock: Clock
    steadiness: Steadiness
    log: Logger
  }) {
    this.#store = options.store
    this.#rollover = options.rollover
    this.#plan = options.plan
    this.#database = options.database
    this.#clock = options.clock
    this.#steadiness = options.steadiness
    this.#log = options.log
  }

  start(): void {
    this.#task ??= new PeriodicTask({
      name: 'rotation',
      intervalMs: sweepMs,
      clock: this.#clock,
      log: this.#log,
      run: () => this.turn(),
    })
  }

  /** Brings the next turn forward to now. */
  wake(): void {
    this.#task?.poke()
  }

  async stop(): Promise<void> {
    await this.#task?.stop()
  }

  /** One turn: open what is due, then work off what is open. */
  async turn(): Promise<void> {
    await this.#sweep()
    for (;;) {
      const claims = await this.#database.transact((tx) =>
        this.#store.claim(tx, { owner: this.#owner, now: this.#clock.now(), leaseMs, limit: mostRunsPerClaim }),
      )
      for (const claim of claims) await this.#advance(claim)
      if (claims.length < mostRunsPerClaim) return
    }
  }

  async #sweep(): Promise<void> {
    const context = systemContext('rotation schedule', newGuid())
    for (const due of await this.#store.dueSlots(this.#clock.now(), mostSlotsPerSweep)) {
      await this.#database.transact(async (tx) => {
        const slot = await this.#store.slot(due.id, tx)
        const isDue = slot?.state === 'open' && slot.rotate_after !== null && slot.rotate_after <= this.#clock.now()
        if (!slot || !isDue) return
        // A new run would end the overlap of the one before it, which retires a credential.
        const open = await this.#store.openRun(slot.id, tx)
        if (open?.state === 'activated' && !this.#steadiness.isSteady) return
        if (await this.#plan.holds(tx, context, slot)) return
        await this.#rollover.request(tx, context, slot, 'schedule')
      })
    }
  }

  /** The holder's write names its fence: after a lease was lost, the row is another's and nothing happens. */
  async #advance(claim: ClaimedRun): Promise<void> {
    const context = systemContext('rotation schedule', newGuid())
    await this.#database.transact(async (tx) => {
      const run = await this.#store.heldRun(tx, claim)
      if (!run) return
      const now = this.#clock.now()
      const wouldRetire = run.state === 'activated' || now - run.created_at >= runDeadlineMs
      if (wouldRetire && !this.#steadiness.isSteady) {
        await this.#store.updateRun(tx, run, { due_at: now + leaseMs, lease_owner: null })
        return
      }
      if (run.state === 'activated') {
        await this.#rollover.complete(tx, context, run)
        return
      }
      const retryAt = now + backoffMs(run.attempt, randomShare())
      if (now - run.created_at >= runDeadlineMs) {
        await this.#rollover.fail(tx, context, run, retryAt, 'The agent did not pick it up within 24 hours.')
        return
      }
      // The work is the agent's; announcing the slot once more makes the server send it the whole state again.
      await this.#store.updateRun(tx, run, { due_at: retryAt, lease_owner: null })
      await this.#database.changed(tx, { kind: 'slot', id: run.principal_id })
    })
  }
}
