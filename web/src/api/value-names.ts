import type { RotationPolicy } from '@signet/shared/api/rotation-policies'
import { credentialWords, identityWords, keyAlgorithmWords, triggerWords } from './words.ts'

/** What the values of a rotation policy are called, and what they are. */
export const policyValueNames = {
  lifetimeSeconds: { name: 'Lifetime', form: 'seconds' },
  rotateAt: { name: 'Rotate at', form: 'share' },
  overlapSeconds: { name: 'Overlap', form: 'seconds' },
  jitter: { name: 'Jitter', form: 'share' },
  keyAlgorithm: { name: 'Key type', form: keyAlgorithmWords },
  windows: { name: 'Windows' },
  blackouts: { name: 'Blackouts' },
  perDayLimit: { name: 'Most in a day' },
} as const satisfies Record<keyof RotationPolicy, object>

/** A policy without its version and whatever else is stored beside it. */
export function policyOf(policy: RotationPolicy): RotationPolicy {
  const { lifetimeSeconds, rotateAt, overlapSeconds, jitter, keyAlgorithm, windows, blackouts, perDayLimit } = policy
  return { lifetimeSeconds, rotateAt, overlapSeconds, jitter, keyAlgorithm, windows, blackouts, perDayLimit }
}

const instant = { form: 'instant' } as const
const wordsOf = <K extends string>(words: Readonly<Record<K, { readonly word: string }>>): Record<string, string> =>
  Object.fromEntries(Object.entries<{ readonly word: string }>(words).map(([key, { word }]) => [key, word]))

/** What the values that audit events hold are called, and what they are; those that read well as they are have no entry. */
export const auditValueNames = {
  ...policyValueNames,
  identityState: { name: 'Managed identity', form: wordsOf(identityWords) },
  state: { form: { ...wordsOf(credentialWords), enabled: 'Enabled', suspended: 'Paused', deleted: 'Deleted' } },
  trigger: { form: triggerWords },
  tags: { name: 'Tag', form: 'entries' },
  byMs: { name: 'Step', form: 'milliseconds' },
  overlapUntil: instant,
  notBefore: instant,
  notAfter: instant,
  expiresAt: instant,
  deletedAt: instant,
  updatedAt: instant,
  startedAt: instant,
  steppedAt: instant,
  time: instant,
  from: instant,
  to: instant,
  until: instant,
} as const
