import { RotationPolicy } from '@signet/shared/api/rotation'

type Faults = Partial<Record<keyof RotationPolicy, string>>

const sentences: Record<keyof RotationPolicy, string> = {
  lifetimeSeconds: 'Give a lifetime from one minute to 400 days.',
  rotateAt: 'Give a share from 20 to 90 %.',
  overlapSeconds: 'Give an overlap from zero to 30 days.',
  keyAlgorithm: 'Pick a key type.',
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
  // The old certificate cannot be accepted for longer than it is valid.
  if (parsed.success && policy.overlapSeconds > policy.lifetimeSeconds * (1 - policy.rotateAt)) {
    faults.overlapSeconds = 'The overlap is longer than what is left of the old certificate when it rotates.'
  }
  return faults
}
