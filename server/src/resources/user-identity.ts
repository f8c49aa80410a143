import type { UserIdentityState } from '@signet/shared/vocabulary/credential-states'
import type { ClientId, ObjectId } from '@signet/shared/vocabulary/identifiers'
import { restorableMs } from '../principals/index.ts'

/** An identity that is a resource of its own; its principal has the same ID. */
export interface UserIdentity {
  readonly principalId: ObjectId
  readonly clientId: ClientId
  readonly name: string
  readonly resourceGroup: string
  readonly resourceId: string
  readonly state: UserIdentityState
  /** How many instances it is assigned to; of a deleted one, how many a restore brings back. */
  readonly instances: number
  readonly deletedAt: number | null
  readonly version: number
  readonly createdAt: number
}

/** What an operator can do to it, besides renaming and assigning. */
export type UserIdentityAct = 'pause' | 'resume' | 'delete' | 'restore'

export type UserIdentityVerdict =
  | { readonly kind: 'change' | 'already' }
  | { readonly kind: 'refused'; readonly reason: string }

/** Until when a deleted one can come back under the same IDs; null when it cannot, or is not deleted. */
export function userIdentityRestorableUntil(
  { deletedAt }: Pick<UserIdentity, 'deletedAt'>,
  nowMs: number,
): number | null {
  if (deletedAt === null) return null
  const until = deletedAt + restorableMs
  return until > nowMs ? until : null
}

/** Whether an act would change something, has nothing to do, or is not possible. */
export function verdictOfUserIdentity(
  act: UserIdentityAct,
  identity: Pick<UserIdentity, 'state' | 'deletedAt'>,
  nowMs: number,
): UserIdentityVerdict {
  const { state } = identity
  if (act === 'delete') return { kind: state === 'deleted' ? 'already' : 'change' }
  if (act === 'restore') {
    if (state !== 'deleted') return { kind: 'already' }
    if (userIdentityRestorableUntil(identity, nowMs) !== null) return { kind: 'change' }
    return { kind: 'refused', reason: 'The 30 days in which the identity could be restored are over.' }
  }
  if (state === 'deleted') return { kind: 'refused', reason: `The identity was deleted; there is nothing to ${act}.` }
  return { kind: (state === 'paused') === (act === 'pause') ? 'already' : 'change' }
}
