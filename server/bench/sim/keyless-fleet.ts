import type { RunTrigger } from '@signet/shared/vocabulary/credential-states'
import { secondMs } from '@signet/shared/vocabulary/time'
import { sql } from 'kysely'
import { sqlOf } from '../../src/platform/database/database.ts'
import { SequentialIds } from '../../src/platform/identifiers.ts'
import type { RequestContext } from '../../src/platform/request-context.ts'
import type { Tx } from '../../src/platform/transaction.ts'
import { defaultPolicy, laneOf, overlapUntil, rotateAfter } from '../../src/rotation/rotation-policy.ts'
import { RotationStore, type RunRow, type SlotRow } from '../../src/rotation/rotation-store.ts'
import { RotationScheduler } from '../../src/rotation/scheduler.ts'
import { Sweep } from '../../src/rotation/sweep.ts'
import { SweepStore } from '../../src/rotation/sweep-store.ts'
import type { Stack } from '../../test/stack.ts'

/** What happened to one slot, as the caller may want to count it. */
export interface FleetEvents {
  opened(run: RunRow, lifeLeftShare: number): void
  /** Lanes of one claim, in the order in which its runs are worked off. */
  claimed(lanes: readonly number[]): void
  /** `lateMs`: how long the old certificate had expired by then; negative while it was good. */
  activated(slot: SlotRow, lateMs: number): void
}

export interface FleetOptions {
  readonly rate: number
  readonly lifetimeMs: number
  readonly events: FleetEvents
  /** What the sweep asks; the product's unless it is broken on purpose. */
  readonly sweepStore?: SweepStore
  /** What claims; the product's unless it is broken on purpose. */
  readonly store?: RotationStore
}

/**
 * A fleet in virtual time: the real sweep, claims, leases, stores and rules on real rows; what is left out are keys,
 * certificates and the audit log, which cost a thousand times what the schedule does. The one certificate row of a slot
 * is made new at each rotation.
 */
export class KeylessFleet {
  readonly scheduler: RotationScheduler
  readonly #stack: Stack
  readonly #events: FleetEvents
  readonly #lifetimeMs: number
  readonly #ids: SequentialIds

  constructor(stack: Stack, options: FleetOptions) {
    this.#stack = stack
    this.#events = options.events
    this.#lifetimeMs = options.lifetimeMs
    this.#ids = new SequentialIds(stack.clock)
    const { clock, watch: steadiness, database, registry, log } = stack
    const { plan } = stack.rotation
    const { sweepStore = new SweepStore(database) } = options
    const store = options.store ?? new RotationStore(database)
    const claim = store.claim.bind(store)
    store.claim = async (tx, given) => {
      const claims = await claim(tx, given)
      options.events.claimed(claims.map(({ lane }) => lane))
      return claims
    }
    const sweep = new Sweep({
      store,
      sweepStore,
      rollover: this,
      plan,
      database,
      clock,
      steadiness,
      rate: options.rate,
    })
    this.scheduler = new RotationScheduler({ store, sweep, rollover: this, registry, database, clock, steadiness, log })
  }

  /** T1, as the rollover does it. */
  async request(tx: Tx, _context: RequestContext, slot: SlotRow, trigger: RunTrigger): Promise<void> {
    const open = await this.#stack.store.openRun(slot.id, tx)
    if (open) await this.complete(tx, _context, open)
    const now = this.#stack.clock.now()
    const { not_before: from, not_after: until } = await this.#certificateOf(tx, slot)
    const lifeLeftShare = (until - now) / (until - from)
    const run: RunRow = {
      ...{ id: this.#ids.next(), tenant_id: slot.tenant_id, slot_id: slot.id, principal_id: slot.principal_id },
      ...{
        principal_name: slot.principal_name,
        trigger,
        actor_kind: 'system',
        actor_id: null,
        actor_label: 'simulation',
      },
      ...{ state: 'requested', lane: laneOf(trigger, lifeLeftShare), from_credential_id: slot.active_credential_id },
      ...{ to_credential_id: null, attempt: 0, due_at: now, lease_owner: null, fence: 0, error_code: null },
      ...{ error_detail: null, overlap_s: null, prepared_at: null, activated_at: null, finished_at: null },
      ...{ version: 1, created_at: now, updated_at: now },
    }
    await this.#stack.store.insertRun(tx, run)
    this.#events.opened(run, lifeLeftShare)
  }

  /** T4. */
  async complete(tx: Tx, _context: RequestContext, run: RunRow): Promise<void> {
    const now = this.#stack.clock.now()
    await this.#stack.store.updateRun(tx, run, { state: 'completed', finished_at: now, updated_at: now })
  }

  /** T5. */
  async fail(tx: Tx, _context: RequestContext, run: RunRow, retryAfter: number): Promise<void> {
    const now = this.#stack.clock.now()
    const slot = await this.#stack.store.slot(run.slot_id, tx)
    if (slot) await this.#stack.store.updateSlot(tx, slot, { failures: slot.failures + 1, rotate_after: retryAfter })
    await this.#stack.store.updateRun(tx, run, { state: 'failed', finished_at: now, updated_at: now })
  }

  /** Every agent with a run that waits comes for it: T2 and T3. */
  async answer(): Promise<void> {
    const waiting = await this.#stack.database.read
      .selectFrom('rotation_runs')
      .selectAll()
      .where('finished_at', 'is', null)
      .where('state', 'in', sql<'requested'>`('requested','prepared')`)
      .orderBy('tenant_id')
      .orderBy('attempt')
      .execute()
    if (waiting.length === 0) return
    await this.#stack.database.transact(async (tx) => {
      for (const run of waiting) await this.#activate(tx, run)
    })
  }

  async #activate(tx: Tx, run: RunRow): Promise<void> {
    const { store, clock } = this.#stack
    const now = clock.now()
    const slot = await store.slot(run.slot_id, tx)
    if (!slot) throw new Error('a run without its slot')
    const old = await this.#certificateOf(tx, slot)
    this.#events.activated(slot, now - old.not_after)
    const until = overlapUntil({ now, overlapMs: defaultPolicy.overlapSeconds * secondMs, notAfter: old.not_after })
    const { rotateAt } = defaultPolicy
    const due = { issuedAt: now, lifetimeMs: this.#lifetimeMs, rotateAt, jitter: slot.jitter, isFirst: false }
    await sqlOf(tx)
      .updateTable('credentials')
      .set({ not_before: now, not_after: now + this.#lifetimeMs })
      .where('slot_id', '=', slot.id)
      .where('state', '=', sql.lit('active'))
      .execute()
    await store.updateSlot(tx, slot, { rotate_after: rotateAfter(due), failures: 0, updated_at: now })
    await store.updateRun(tx, run, { state: 'activated', activated_at: now, due_at: until, updated_at: now })
  }

  #certificateOf(tx: Tx, slot: SlotRow) {
    return sqlOf(tx)
      .selectFrom('credentials')
      .select(['not_before', 'not_after'])
      .where('id', '=', slot.active_credential_id ?? '')
      .executeTakeFirstOrThrow()
  }
}
