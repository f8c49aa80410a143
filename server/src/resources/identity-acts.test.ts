import type { IdentityState } from '@signet/shared/vocabulary/credential-states'
import { dayMs } from '@signet/shared/vocabulary/time'
import { describe, expect, it } from 'vitest'
import { type IdentityAct, type IdentityFacts, restorableUntil, verdictOf } from './identity-acts.ts'

const now = 100 * dayMs
type PrincipalState = NonNullable<IdentityFacts['principal']>['state']

function factsOf(
  identityState: IdentityState,
  state: PrincipalState | null,
  deletedAt: number | null = null,
): IdentityFacts {
  return { identityState, principal: state === null ? null : { objectId: 'p-1', state, deletedAt } }
}

const verdicts: [IdentityState, PrincipalState | null, number | null, Record<IdentityAct, string>][] = [
  [
    'off',
    null,
    null,
    { 'turn-on': 'change', 'turn-off': 'already', pause: 'refused', resume: 'refused', restore: 'refused' },
  ],
  [
    'off',
    'deleted',
    now - 1,
    { 'turn-on': 'change', 'turn-off': 'already', pause: 'refused', resume: 'refused', restore: 'change' },
  ],
  [
    'off',
    'deleted',
    now - 30 * dayMs,
    { 'turn-on': 'change', 'turn-off': 'already', pause: 'refused', resume: 'refused', restore: 'refused' },
  ],
  [
    'disabling',
    'deleted',
    now,
    { 'turn-on': 'change', 'turn-off': 'already', pause: 'refused', resume: 'refused', restore: 'change' },
  ],
  [
    'enabling',
    'enabled',
    null,
    { 'turn-on': 'already', 'turn-off': 'change', pause: 'change', resume: 'already', restore: 'already' },
  ],
  [
    'on',
    'enabled',
    null,
    { 'turn-on': 'already', 'turn-off': 'change', pause: 'change', resume: 'already', restore: 'already' },
  ],
  [
    'enabling',
    'suspended',
    null,
    { 'turn-on': 'already', 'turn-off': 'change', pause: 'already', resume: 'change', restore: 'already' },
  ],
  [
    'on',
    'suspended',
    null,
    { 'turn-on': 'already', 'turn-off': 'change', pause: 'already', resume: 'change', restore: 'already' },
  ],
]

describe('what an act would do', () => {
  it.each(verdicts)(
    'to an identity that is %s with a principal %s (deleted at %s)',
    (state, principal, deletedAt, wanted) => {
      const facts = factsOf(state, principal, deletedAt)
      for (const [act, kind] of Object.entries(wanted)) {
        expect([act, verdictOf(act as IdentityAct, facts, now).kind]).toEqual([act, kind])
      }
    },
  )

  it.each(['turn-off', 'pause', 'resume', 'restore'] as const)(
    'is refused to %s when another principal was meant',
    (act) => {
      expect(verdictOf(act, factsOf('on', 'enabled'), now, 'p-2')).toMatchObject({ kind: 'refused' })
      expect(verdictOf(act, factsOf('off', null), now, 'p-2')).toMatchObject({ kind: 'refused' })
    },
  )

  it('says until when a principal can be restored, to the millisecond', () => {
    expect(restorableUntil(factsOf('off', 'deleted', now - 30 * dayMs + 1), now)).toBe(now + 1)
    expect(restorableUntil(factsOf('off', 'deleted', now - 30 * dayMs), now)).toBeNull()
    expect(restorableUntil(factsOf('on', 'enabled'), now)).toBeNull()
  })
})
