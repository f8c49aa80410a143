import type { BulkKind } from '@signet/shared/api/bulk'
import { TagChange } from '@signet/shared/api/resources'
import { z } from 'zod'
import type { Principal } from '../principals/index.ts'
import { inverseOf, isLive, type ServiceInstance, type Verdict, verdictOf } from '../resources/index.ts'

/** What is special about one item of a job that undoes another one. */
export const ItemInput = z.strictObject({
  /** The principal that is meant; with another one by now, the item is refused. */
  principalId: z.string().optional(),
  tags: TagChange.optional(),
})
export type ItemInput = z.infer<typeof ItemInput>

/** What decides about one item. */
export interface ItemFacts {
  readonly instance: ServiceInstance | undefined
  readonly principal: Principal | undefined
  readonly tags: Readonly<Record<string, string>>
}

/** The kind that undoes what a kind has changed; nothing undoes a rotation, since the old key is gone. */
export const inverseKinds: Record<BulkKind, BulkKind | null> = {
  'turn-on': 'turn-off',
  pause: 'resume',
  resume: 'pause',
  'turn-off': 'restore',
  restore: 'turn-off',
  rotate: null,
  tag: 'tag',
}

/** Items in a second. What an agent has to follow up with a new key is slow; what stops somebody is not. */
export const perSecond: Record<BulkKind, number> = {
  'turn-on': 10,
  pause: 100,
  resume: 100,
  'turn-off': 50,
  restore: 10,
  rotate: 10,
  tag: 100,
}

/** Kinds after which whoever uses the identity is refused. */
export const stopsUse: ReadonlySet<BulkKind> = new Set(['pause', 'turn-off'])

/** What a job of a kind would do to one instance. */
export function bulkVerdict(
  kind: BulkKind,
  facts: ItemFacts,
  wish: { tags: TagChange | null; principalId?: string | undefined },
  nowMs: number,
): Verdict {
  const { instance, principal } = facts
  if (!instance) return { kind: 'refused', reason: 'There is no such instance any more.' }
  if (kind === 'tag') return wish.tags && inverseOf(facts.tags, wish.tags) ? { kind: 'change' } : { kind: 'already' }
  if (kind === 'rotate') {
    if (!isLive(instance.identityState)) return { kind: 'refused', reason: 'The identity is off.' }
    return instance.agentId ? { kind: 'change' } : { kind: 'refused', reason: 'No agent is enrolled.' }
  }
  const identity = { identityState: instance.identityState, principal: principal ?? null }
  return verdictOf(kind, identity, nowMs, wish.principalId)
}
