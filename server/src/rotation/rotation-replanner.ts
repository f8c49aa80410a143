import { setImmediate } from 'node:timers/promises'
import { secondMs } from '@signet/shared/vocabulary/time'
import type { Clock } from '../platform/clock.ts'
import type { Logger } from '../platform/log.ts'
import { PeriodicTask } from '../platform/periodic.ts'
import type { ChangeRecorder, Transactor, Tx } from '../platform/transaction.ts'
import type { PrincipalRegistry } from '../principals/index.ts'
import type { RotationPlan } from './rotation-plan.ts'
import type { PolicyKey, RotationPolicyStore } from './rotation-policy-store.ts'
import type { RotationStore } from './rotation-store.ts'

const portionLength = 100

interface ReplannerParts {
  readonly policies: RotationPolicyStore
  readonly store: RotationStore
  readonly plan: RotationPlan
  readonly registry: Pick<PrincipalRegistry, 'credentials'>
  readonly database: Transactor & ChangeRecorder
  readonly clock: Clock
  readonly log: Logger
}

/**
 * Lets due times follow the policies that were changed: in portions of one transaction each, so that nothing waits for
 * them. How far it came is a row, so one that dies midway goes on where it was.
 */
export class RotationReplanner {
  readonly #parts: ReplannerParts
  #task: PeriodicTask | undefined

  constructor(parts: ReplannerParts) {
    this.#parts = parts
  }

  start(): void {
    const { clock, log } = this.#parts
    this.#task ??= new PeriodicTask({
      ...{ name: 'rotation plan', intervalMs: secondMs, clock, log },
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

  /** Plans everything that is left to plan. */
  async turn(): Promise<void> {
    while (await this.portion()) await setImmediate()
  }

  /** @returns whether there may be more */
  async portion(): Promise<boolean> {
    const { policies, database } = this.#parts
    return database.transact(async (tx) => {
      const wanted = await policies.nextReplan(tx)
      if (!wanted) return false
      await this.#plan(tx, wanted, wanted.after_slot)
      return true
    })
  }

  async #plan(tx: Tx, key: PolicyKey, after: string): Promise<void> {
    const { policies, store, plan, registry, clock, database } = this.#parts
    const slots = await policies.slotsOf(tx, key, after, portionLength)
    const ids = slots.flatMap((slot) => slot.active_credential_id ?? [])
    const credentials = new Map((await registry.credentials.byIds(ids)).map((found) => [String(found.id), found]))
    const book = await plan.bookFor(slots, tx)
    for (const slot of slots) {
      const active = slot.active_credential_id === null ? undefined : credentials.get(slot.active_credential_id)
      if (!active) continue
      const times = book.timesOf(slot, active)
      if (times.due_after === slot.due_after && times.rotate_after === slot.rotate_after) continue
      await store.updateSlot(tx, slot, { ...times, updated_at: clock.now() })
      await database.changed(tx, { kind: 'slot', id: slot.principal_id })
    }
    await policies.proceedReplan(tx, key, slots.length < portionLength ? undefined : slots.at(-1)?.id)
  }
}
