import type { Expiry } from '@signet/shared/api/overview'
import type { InstanceSummary } from '@signet/shared/api/resources'
import type { RotationSummary } from '@signet/shared/api/rotation'
import { rotationFields } from '@signet/shared/query/rotation-fields'
import type { Clock } from '../platform/clock.ts'
import { requireTerms } from '../platform/query-text.ts'
import type { AttentionParts } from './attention.ts'
import type { Some } from './attention-facts.ts'
import { attentionLists } from './attention-lists.ts'
import type { Expiries } from './expiries.ts'

/** Troubles one by one, as they stand at a moment; each list stops at a bound and says how many there are. */
export interface Troubles {
  /** Read before anything else: what happened later is not in here. */
  readonly checkedAt: number
  readonly late: Some<RotationSummary>
  readonly failed: Some<RotationSummary>
  readonly quarantined: Some<{ readonly id: string }>
  readonly silent: Some<InstanceSummary>
  readonly overdue: readonly Expiry[]
}

type TroubleParts = Pick<AttentionParts, 'history' | 'agents' | 'list'> & {
  readonly expiries: Pick<Expiries, 'overdue'>
  readonly clock: Clock
}

const mostOfOne = 200

/** The same questions as those of the attention list, for whoever keeps a record of each trouble. */
export class StandingTroubles {
  readonly #parts: TroubleParts

  constructor(parts: TroubleParts) {
    this.#parts = parts
  }

  async read(): Promise<Troubles> {
    const { history, agents, list, expiries, clock } = this.#parts
    const checkedAt = clock.now()
    const rotations = (kind: 'rotation_stuck' | 'rotation_failed') =>
      history.oldest({ terms: requireTerms(attentionLists[kind].filter, rotationFields) }, mostOfOne)
    const quarantined = await agents.quarantined(mostOfOne + 1)
    const silent = await list.page({ filter: attentionLists.agents_away.filter, sort: 'name', limit: mostOfOne })
    return {
      checkedAt,
      late: await rotations('rotation_stuck'),
      failed: await rotations('rotation_failed'),
      quarantined: { items: quarantined.slice(0, mostOfOne), total: quarantined.length },
      silent: { items: silent.items, total: silent.count?.shown ?? silent.items.length },
      overdue: await expiries.overdue(),
    }
  }
}
