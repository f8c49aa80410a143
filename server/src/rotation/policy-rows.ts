import { InstanceKind } from '@signet/shared/api/resources'
import type { PolicyScope, RotationPolicy } from '@signet/shared/api/rotation-policies'
import { ObjectId } from '@signet/shared/vocabulary/identifiers'
import { windowsOf } from './rotation-plan.ts'
import type { PolicyKey, PolicyRow } from './rotation-policy-store.ts'

/** What a policy rules, as people say it. */
export function scopeOf({ scope, target }: PolicyKey, label: string): PolicyScope {
  switch (scope) {
    case 'default':
      return { kind: 'default' }
    case 'instances':
      return { kind: 'instances', of: InstanceKind.parse(target) }
    case 'group':
      return { kind: 'group', of: label }
    case 'identity':
      return { kind: 'identity', of: ObjectId.parse(target) }
  }
}

/** A policy as it is stored. */
export function rowOf(policy: RotationPolicy) {
  return {
    lifetime_s: policy.lifetimeSeconds,
    rotate_at: policy.rotateAt,
    overlap_s: policy.overlapSeconds,
    jitter: policy.jitter,
    key_alg: policy.keyAlgorithm,
    windows: JSON.stringify(policy.windows),
    blackouts: JSON.stringify(policy.blackouts),
    per_day: policy.perDayLimit,
  }
}

export function rulesOf(row: PolicyRow): RotationPolicy {
  return {
    lifetimeSeconds: row.lifetime_s,
    rotateAt: row.rotate_at,
    overlapSeconds: row.overlap_s,
    jitter: row.jitter,
    keyAlgorithm: row.key_alg,
    ...windowsOf(row),
    perDayLimit: row.per_day,
  }
}
