import type { BulkKind, BulkList } from '@signet/shared/api/bulk'
import { SignetError } from '../platform/signet-error.ts'

interface KindFacts {
  /** What undoes what it has changed; null where nothing does. */
  readonly inverse: BulkKind | null
  /** Items in a second. What an agent has to follow up with a new key is slow; what stops somebody is not. */
  readonly perSecond: number
  /** Whoever uses the thing is refused afterwards. */
  readonly stopsUse?: true
}

/** The acts of principals that are things of their own: a delete can be taken back, and so can a restore. */
const ofPrincipals = {
  pause: { inverse: 'resume', perSecond: 100, stopsUse: true },
  resume: { inverse: 'pause', perSecond: 100 },
  delete: { inverse: 'restore', perSecond: 50, stopsUse: true },
  restore: { inverse: 'delete', perSecond: 10 },
} as const

/** Every act on the things of every list. What an act does is told by the list; this is all that is special about it. */
export const bulkKinds: Record<BulkList, Partial<Record<BulkKind, KindFacts>>> = {
  instances: {
    'turn-on': { inverse: 'turn-off', perSecond: 10 },
    pause: { inverse: 'resume', perSecond: 100, stopsUse: true },
    resume: { inverse: 'pause', perSecond: 100 },
    'turn-off': { inverse: 'restore', perSecond: 50, stopsUse: true },
    restore: { inverse: 'turn-off', perSecond: 10 },
    tag: { inverse: 'tag', perSecond: 100 },
    attach: { inverse: 'detach', perSecond: 10 },
    detach: { inverse: 'attach', perSecond: 50, stopsUse: true },
  },
  identities: ofPrincipals,
  applications: ofPrincipals,
  audiences: {
    enable: { inverse: 'disable', perSecond: 100 },
    disable: { inverse: 'enable', perSecond: 100, stopsUse: true },
    // Registered anew it would be another one.
    delete: { inverse: null, perSecond: 50 },
  },
}

export function kindFacts(list: BulkList, kind: BulkKind): KindFacts {
  const facts = bulkKinds[list][kind]
  if (!facts) throw new SignetError('internal', `There is no ${kind} of ${list}.`)
  return facts
}
