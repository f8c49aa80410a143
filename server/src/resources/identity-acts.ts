import type { IdentityState } from '@signet/shared/vocabulary/credential-states'
import { restorableMs } from '../principals/index.ts'

/** What an operator can do to the identity of an instance (data-and-scale §4.1). */
export type IdentityAct = 'turn-on' | 'turn-off' | 'pause' | 'resume' | 'restore'

/** What decides whether an act is possible. */
export interface IdentityFacts {
  readonly identityState: IdentityState
  /** The current principal; after turning off, the last one. Null when there never was one, or it was purged. */
  readonly principal: {
    readonly objectId: string
    readonly state: 'enabled' | 'suspended' | 'deleted'
    readonly deletedAt: number | null
  } | null
}

export type Verdict =
  | { readonly kind: 'change' }
  /** The wish is met already; asking again changes nothing. */
  | { readonly kind: 'already' }
  | { readonly kind: 'refused'; readonly reason: string }

const change: Verdict = { kind: 'change' }
const already: Verdict = { kind: 'already' }
const refused = (reason: string): Verdict => ({ kind: 'refused', reason })

/** Whether the identity is meant to give out tokens: on, or on its way there. */
export function isLive(state: IdentityState): boolean {
  return state === 'on' || state === 'enabling'
}

/**
 * Whether an act would change something, has nothing to do, or is not possible.
 *
 * @param wantedPrincipal the principal that is meant; an identity that was turned on anew since has another one
 */
export function verdictOf(act: IdentityAct, facts: IdentityFacts, nowMs: number, wantedPrincipal?: string): Verdict {
  const { identityState, principal } = facts
  const live = isLive(identityState)
  if (act === 'turn-on') return live ? already : change
  if (wantedPrincipal !== undefined && principal?.objectId !== wantedPrincipal) {
    return refused('The instance has another principal by now.')
  }
  if (act === 'turn-off') return live ? change : already
  if (act === 'restore')
    return live ? already : restorableUntil(facts, nowMs) === null ? refused(goneFor(facts)) : change
  if (!live || !principal) return refused(`The identity is off; there is nothing to ${act}.`)
  return (principal.state === 'suspended') === (act === 'pause') ? already : change
}

/** Until when the last principal can come back under the same IDs; null when it cannot. */
export function restorableUntil({ identityState, principal }: IdentityFacts, nowMs: number): number | null {
  if (isLive(identityState) || principal?.state !== 'deleted' || principal.deletedAt === null) return null
  const until = principal.deletedAt + restorableMs
  return until > nowMs ? until : null
}

function goneFor({ principal }: IdentityFacts): string {
  return principal === null
    ? 'There is no earlier principal to restore.'
    : 'The 30 days in which the principal could be restored are over.'
}
