import { secondMs } from '@signet/shared/vocabulary/time'
import type { Tx } from '../platform/transaction.ts'
import type { CredentialRollover } from './credential-rollover.ts'
import type { Drills } from './drills.ts'
import type { RolloutItemRow, RolloutRow } from './rollout-store.ts'
import { contextOf } from './rollout-view.ts'
import type { RotationStore, SlotRow } from './rotation-store.ts'
import type { SlotActs } from './slot-acts.ts'

interface RolloutActsParts {
  readonly store: Pick<RotationStore, 'run'>
  readonly rollover: Pick<CredentialRollover, 'request'>
  readonly acts: Pick<SlotActs, 'revokeSlot'>
  readonly drills: Pick<Drills, 'begin'>
}

/** Where to look at what comes of an item. */
export type ItemLead = Pick<RolloutItemRow, 'run_id'> | Pick<RolloutItemRow, 'drill_id'>

/** What a rollout does to one credential when its turn has come, in the name of whoever started it. */
export class RolloutActs {
  readonly #parts: RolloutActsParts

  constructor(parts: RolloutActsParts) {
    this.#parts = parts
  }

  async begin(tx: Tx, row: RolloutRow, slot: SlotRow, item: Pick<RolloutItemRow, 'run_id'>): Promise<ItemLead> {
    const { rollover, drills } = this.#parts
    const context = contextOf(row)
    switch (row.act) {
      case 'rotate':
        return { run_id: (await rollover.request(tx, context, slot, 'manual', row.reason ?? undefined)).id }
      case 'drill':
        return { drill_id: await drills.begin(tx, context, slot, row.item_s * secondMs) }
      case 'emergency':
        return { run_id: await this.#revoke(tx, row, slot, item) }
    }
  }

  /** Once only: tried again, it waits for what the first time asked for, and what that brought is not revoked. */
  async #revoke(tx: Tx, row: RolloutRow, slot: SlotRow, item: Pick<RolloutItemRow, 'run_id'>): Promise<string> {
    const { store, acts } = this.#parts
    const before = item.run_id === null ? undefined : await store.run(item.run_id, tx)
    if (before && before.state !== 'failed' && before.state !== 'cancelled') return before.id
    return (await acts.revokeSlot(tx, contextOf(row), slot, row.reason ?? '')).id
  }
}
