import { secondMs } from '@signet/shared/vocabulary/time'
import type { Clock } from '../platform/clock.ts'
import type { Steadiness } from '../platform/clock-watch.ts'
import { newGuid, randomShare } from '../platform/identifiers.ts'
import type { Logger } from '../platform/log.ts'
import { PeriodicTask } from '../platform/periodic.ts'
import { inPortions } from '../platform/portions.ts'
import { systemContext } from '../platform/request-context.ts'
import type { ChangeRecorder, Transactor, Tx } from '../platform/transaction.ts'
import type { PrincipalRegistry } from '../principals/index.ts'
import type { CredentialRollover } from './credential-rollover.ts'
import { nextReminder } from './reminders.ts'
import { runDeadlineMs } from './rotation-policy.ts'
import type { ClaimedRun, RotationStore, RunRow } from './rotation-store.ts'
import type { Sweep } from './sweep.ts'

const turnMs = secondMs
const leaseMs = 30 * secondMs
const mostRunsPerClaim = 16

/**
 * Opens runs for slots that are due, and takes the next step of open runs. Everything it knows is in rows, so any number
 * of them may run, and one that dies leaves nothing behind but a lease that ends (SEC-143, SEC-144).
 */
export class RotationScheduler {
  readonly #store: RotationStore
  readonly #sweep: Sweep
  readonly #rollover: Pick<CredentialRollover, 'complete' | 'fail'>
  readonly #registry: Pick<PrincipalRegistry, 'credentials'>
  readonly #database: Transactor & ChangeRecorder
  readonly #clock: Clock
  readonly #steadiness: Steadiness
  readonly #log: Logger
  readonly #owner = newGuid()
  #task: PeriodicTask | undefined

  constructor(options: {
    store: RotationStore
    sweep: Sweep
    rollover: Pick<CredentialRollover, 'complete' | 'fail'>
    registry: Pick<PrincipalRegistry, 'credentials'>
    database: Transactor & ChangeRecorder
    clock: Clock
    steadiness: Steadiness
    log: Logger
  }) {
    this.#store = options.store
    this.#sweep = options.sweep
    this.#rollover = options.rollover
    this.#registry = options.registry
    this.#database = options.database
    this.#clock = options.clock
    this.#steadiness = options.steadiness
    this.#log = options.log
  }

  start(): void {
    this.#task ??= new PeriodicTask({
      name: 'rotation',
      intervalMs: turnMs,
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
    await this.#sweep.run()
    for (;;) {
      const claims = await this.#database.transact((tx) =>
        this.#store.claim(tx, { owner: this.#owner, now: this.#clock.now(), leaseMs, limit: mostRunsPerClaim }),
      )
      // Under way together, so no lease grows old while others of the same claim are worked off.
      await inPortions(claims, (claim) => this.#advance(claim))
      if (claims.length < mostRunsPerClaim) return
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
      const lifeLeftShare = await this.#lifeLeftShare(tx, run, now)
      const reminder = nextReminder({ attempt: run.attempt, lane: run.lane, lifeLeftShare, share: randomShare() })
      const retryAt = now + reminder.waitMs
      if (now - run.created_at >= runDeadlineMs) {
        const reason = 'The agent did not pick it up within 24 hours.'
        await this.#rollover.fail(tx, context, run, retryAt, { code: 'agent_offline', reason })
        return
      }
      // The work is the agent's; announcing the slot once more makes the server send it the whole state again.
      await this.#store.updateRun(tx, run, { due_at: retryAt, lane: reminder.lane, lease_owner: null })
      await this.#database.changed(tx, { kind: 'slot', id: run.principal_id })
    })
  }

  /** Of the credential that the run replaces; null when there is none. */
  async #lifeLeftShare(tx: Tx, run: RunRow, now: number): Promise<number | null> {
    if (run.from_credential_id === null) return null
    const held = await this.#registry.credentials.find(run.from_credential_id, tx)
    return held ? (held.notAfter - now) / (held.notAfter - held.notBefore) : null
  }
}
