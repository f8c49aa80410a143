import { minuteMs } from '@signet/shared/vocabulary/time'
import type { Clock } from '../platform/clock.ts'
import type { Steadiness } from '../platform/clock-watch.ts'
import { newGuid } from '../platform/identifiers.ts'
import type { Logger } from '../platform/log.ts'
import { PeriodicTask } from '../platform/periodic.ts'
import { systemContext } from '../platform/request-context.ts'
import type { PrincipalRegistry } from '../principals/index.ts'
import type { ManagedIdentity } from './managed-identity.ts'

const turnMs = 10 * minuteMs
const mostPerTurn = 200

interface PrincipalPurgeParts {
  readonly registry: PrincipalRegistry
  readonly identities: ManagedIdentity
  readonly clock: Clock
  readonly steadiness: Steadiness
  readonly log: Logger
}

/** Deletes principals for good whose 30 days are over; not while the clock is in doubt (SEC-145). */
export class PrincipalPurge {
  readonly #parts: PrincipalPurgeParts
  #task: PeriodicTask | undefined

  constructor(parts: PrincipalPurgeParts) {
    this.#parts = parts
  }

  start(): void {
    const { clock, log } = this.#parts
    this.#task ??= new PeriodicTask({
      name: 'principal purge',
      intervalMs: turnMs,
      clock,
      log,
      run: () => this.turn(),
    })
  }

  async stop(): Promise<void> {
    await this.#task?.stop()
  }

  async turn(): Promise<void> {
    const { registry, identities, steadiness } = this.#parts
    if (!steadiness.isSteady) return
    const context = systemContext('principal purge', newGuid())
    for (const principal of await registry.purgeable(mostPerTurn)) await identities.purge(context, principal)
  }
}
