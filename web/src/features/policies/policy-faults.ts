import { RotationPolicy } from '@signet/shared/api/rotation-policies'

type Faults = Partial<Record<keyof RotationPolicy, string>>

const sentences: Record<keyof RotationPolicy, string> = {
  lifetimeSeconds: 'Give a lifetime from one minute to 400 days.',
  rotateAt: 'Give a share from 20 to 90 %.',
  overlapSeconds: 'Give an overlap from zero to 30 days.',
  jitter: 'Give a share from 20 to 50 %.',
  keyAlgorithm: 'Pick a key type.',
  windows: 'Give each window a schedule, a length and a time zone.',
  perDayLimit: 'Give a whole number from 1 to 1,000,000, or none.',
  blackouts: 'Give each blackout a schedule, a length and a time zone.',
}

function isField(name: PropertyKey | undefined): name is keyof RotationPolicy {
  return typeof name === 'string' && name in sentences
}

/** What is wrong with a policy, by field; empty when it can be saved. */
export function policyFaults(policy: RotationPolicy): Faults {
  const faults: Faults = {}
  const parsed = RotationPolicy.safeParse(policy)
  for (const issue of parsed.error?.issues ?? []) {
    const [name] = issue.path
    if (isField(name)) faults[name] = sentences[name]
  }
  return faults
}

/** Whether the old certificate ends before the overlap does; the overlap is then cut short. */
export function overlapIsCut(policy: RotationPolicy): boolean {
  return policy.overlapSeconds > policy.lifetimeSeconds * (1 - policy.rotateAt)
}
