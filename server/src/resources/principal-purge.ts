import { minuteMs, secondMs } from '@signet/shared/vocabulary/time'
import type { Clock } from '../platform/clock.ts'
import { newGuid } from '../platform/identifiers.ts'
import type { Logger } from '../platform/log.ts'
import { PeriodicTask } from '../platform/periodic.ts'
import { systemContext } from '../platform/request-context.ts'
import type { PrincipalRegistry } from '../principals/index.ts'
import type { ManagedIdentity } from './managed-identity.ts'

/** The wall clock must have been steady for this long before anything is destroyed on its word (SEC-145). */
const turnMs = 10 * minuteMs
const mostStepMs = 30 * secondMs
const mostPerTurn = 200

/** Deletes principals for good whose 30 days are over. Destructive, so it sits out a turn after the clock has stepped. */
export class PrincipalPurge {
  readonly #registry: PrincipalRegistry
  readonly #identities: ManagedIdentity
  readonly #clock: Clock
  readonly #log: Logger
  #task: PeriodicTask | undefined
  /** Wall clock minus monotonic clock at the last turn. */
  #offsetMs: number | undefined

  constructor(parts: { registry: PrincipalRegistry; identities: ManagedIdentity; clock: Clock; log: Logger }) {
    this.#registry = parts.registry
    this.#identities = parts.identities
    this.#clock = parts.clock
    this.#log = parts.log
  }

  start(): void {
    this.#offsetMs = this.#clock.now() - this.#clock.monotonicMs()
    this.#task ??= new PeriodicTask({
      name: 'principal purge',
      intervalMs: turnMs,
      clock: this.#clock,
      log: this.#log,
      run: () => this.turn(),
    })
  }

  async stop(): Promise<void> {
    await this.#task?.stop()
  }

  async turn(): Promise<void> {
    if (!this.#isSteady()) return
    const context = systemContext('principal purge', newGuid())
    for (const principal of await this.#registry.purgeable(mostPerTurn)) {
      await this.#identities.purge(context, principal)
    }
  }

  #isSteady(): boolean {
    const offsetMs = this.#clock.now() - this.#clock.monotonicMs()
    const before = this.#offsetMs
    this.#offsetMs = offsetMs
    return before !== undefined && Math.abs(offsetMs - before) <= mostStepMs
  }
}
