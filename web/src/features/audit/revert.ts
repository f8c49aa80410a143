import type { AuditEvent } from '@signet/shared/api/audit'
import type { InstanceDetail } from '@signet/shared/api/resources'
import { RotationPolicy } from '@signet/shared/api/rotation-policies'
import { InstanceId, ObjectId } from '@signet/shared/vocabulary/identifiers'
import type { Permission } from '@signet/shared/vocabulary/permissions'
import { z } from 'zod'
import { policyOf, policyValueNames } from '../../api/value-names.ts'
import type { Difference } from '../../ui/diff-view.tsx'
import { differencesOf } from '../../ui/value-words.ts'

type Tags = Readonly<Record<string, string>>

/** The act that takes an event back, by the same routes that anybody else would use. */
export type Revert =
  | { readonly kind: 'turn-off'; readonly instanceId: InstanceId; readonly principalId: ObjectId }
  | {
      readonly kind: 'pause' | 'resume' | 'restore'
      readonly instanceId: InstanceId
      readonly principalId: ObjectId
    }
  | { readonly kind: 'tags'; readonly instanceId: InstanceId; readonly before: Tags; readonly after: Tags }
  | {
      readonly kind: 'policy'
      readonly policyId: string
      readonly before: RotationPolicy
      readonly after: RotationPolicy
    }

export const permissionFor: Record<Revert['kind'], Permission> = {
  'turn-off': 'identities.write',
  pause: 'identities.write',
  resume: 'identities.write',
  restore: 'identities.write',
  tags: 'instances.write',
  policy: 'policies.write',
}

const ofPrincipal = z.object({ principalId: ObjectId })
const ofTags = z.object({ tags: z.record(z.string(), z.string()) })

/** Undefined for an event that nothing takes back: it failed, or it is of a kind that has no inverse. */
export function revertOf({ action, outcome, target, before, after }: AuditEvent): Revert | undefined {
  if (outcome !== 'ok') return undefined
  if (action === 'rotation.policy_changed') return policyRevert({ target, before, after })
  const instance = InstanceId.safeParse(target?.kind === 'instance' ? target.id : undefined)
  if (!instance.success) return undefined
  const instanceId = instance.data
  if (action === 'instance.tagged') {
    const [old, next] = [ofTags.safeParse(before), ofTags.safeParse(after)]
    if (!old.success || !next.success) return undefined
    return { kind: 'tags', instanceId, before: old.data.tags, after: next.data.tags }
  }
  const kind = inverseOf(action)
  const principal = ofPrincipal.safeParse(action === 'identity.turned_off' ? before : after)
  return kind !== undefined && principal.success
    ? { kind, instanceId, principalId: principal.data.principalId }
    : undefined
}

function inverseOf(action: AuditEvent['action']): 'turn-off' | 'pause' | 'resume' | 'restore' | undefined {
  switch (action) {
    case 'identity.turned_on':
    case 'identity.restored':
      return 'turn-off'
    case 'identity.turned_off':
      return 'restore'
    case 'identity.paused':
      return 'resume'
    case 'identity.resumed':
      return 'pause'
    default:
      return undefined
  }
}

function policyRevert({ target, before, after }: Pick<AuditEvent, 'target' | 'before' | 'after'>): Revert | undefined {
  const [old, next] = [RotationPolicy.safeParse(before), RotationPolicy.safeParse(after)]
  if (!old.success || !next.success || target?.kind !== 'policy') return undefined
  return { kind: 'policy', policyId: target.id, before: old.data, after: next.data }
}

/** The change of tags that brings the former ones back, of those that the event changed; others are left alone. */
export function tagChange(before: Tags, after: Tags): { set: Record<string, string>; unset: string[] } {
  return {
    set: Object.fromEntries(Object.entries(before).filter(([key, value]) => after[key] !== value)),
    unset: Object.keys(after).filter((key) => !(key in before)),
  }
}

/** Whether the act is still possible, and what is no longer as the event left it. */
export interface Standing {
  /** Why there is nothing to do, or nothing that can be done; undefined when the act is possible. */
  readonly obstacle: string | undefined
  readonly differences: readonly Difference[]
}

/** How an instance stands to an event that is to be taken back. */
export function standingOf(revert: Exclude<Revert, { kind: 'policy' }>, instance: InstanceDetail): Standing {
  if (revert.kind === 'tags') return tagStanding(revert, instance.tags)
  const { identity, restorable, health } = instance
  const { kind, principalId } = revert
  const current = identity?.principalId
  const differences =
    current !== undefined && current !== principalId
      ? [{ name: 'Principal ID', before: String(principalId), after: String(current) }]
      : []
  const blocked = (obstacle: string): Standing => ({ obstacle, differences })
  if (kind === 'restore') {
    if (current === principalId) return blocked('The identity is on again already.')
    if (restorable?.principalId !== principalId) return blocked('This principal cannot be restored any more.')
    return { obstacle: undefined, differences }
  }
  if (current === undefined) return blocked('The identity is off by now.')
  if (current !== principalId) return blocked('The instance has another principal by now.')
  if (instance.identityState === 'disabling') return blocked('The identity is being turned off already.')
  if (kind === 'pause' && health.state === 'paused') return blocked('The identity is paused already.')
  if (kind === 'resume' && health.state !== 'paused') return blocked('The identity is not paused any more.')
  return { obstacle: undefined, differences }
}

function tagStanding({ before, after }: { before: Tags; after: Tags }, current: Tags): Standing {
  const { set, unset } = tagChange(before, after)
  const touched = [...Object.keys(set), ...unset]
  const isBack = touched.every((key) => current[key] === before[key])
  const words = (tags: Tags, key: string) => tags[key] ?? 'none'
  return {
    obstacle: isBack ? 'The former tags are back already.' : undefined,
    differences: touched
      .filter((key) => current[key] !== after[key])
      .map((key) => ({ name: `Tag ${key}`, before: words(after, key), after: words(current, key) })),
  }
}

/** How the policy in force stands to a change that is to be taken back. */
export function policyStanding(
  revert: { before: RotationPolicy; after: RotationPolicy },
  current: RotationPolicy,
): Standing {
  const isBack = policyDifferences(revert.before, current).length === 0
  return {
    obstacle: isBack ? 'The former policy is in force already.' : undefined,
    differences: policyDifferences(revert.after, current),
  }
}

/** Values that two policies do not share, in words. */
export function policyDifferences(before: RotationPolicy, after: RotationPolicy): Difference[] {
  const all = differencesOf(policyOf(before), policyOf(after), policyValueNames)
  return all.filter((each) => each.before !== each.after)
}
