import type { ClientId, InstanceId, ObjectId, TenantId } from '@signet/shared/vocabulary/identifiers'
import { dayMs } from '@signet/shared/vocabulary/time'

/** A service principal: who a token is issued to. A system-assigned one belongs to one service instance. */
export interface Principal {
  readonly objectId: ObjectId
  readonly clientId: ClientId
  readonly tenantId: TenantId
  readonly kind: 'system' | 'user' | 'app'
  readonly displayName: string
  readonly ownerInstanceId: InstanceId | null
  /** ARM ID of what the identity stands for; goes into `xms_mirid`. An application stands for nothing. */
  readonly armId: string | null
  /** How long its tokens live; null: as the audience or the deployment says. */
  readonly tokenLifetimeSeconds: number | null
  readonly state: 'enabled' | 'suspended' | 'deleted'
  /** The resource group that it was suspended with as a whole; null for one that was suspended alone, or is not. */
  readonly suspendedWith: string | null
  readonly deletedAt: number | null
  /** When it can no longer be restored. */
  readonly purgeAt: number | null
  /** Tokens from before this instant are refused though it may be enabled: they were revoked, or it was turned off then. */
  readonly tokensRevokedAt: number | null
  readonly createdAt: number
  readonly version: number
}

/** A deleted principal can be restored under the same IDs for this long. */
export const restorableMs = 30 * dayMs

/** What changes in its row with a state. Tokens outlive a pause, and no deletion (ADR-0037). */
export function enteringState<State extends Principal['state']>(
  from: Principal['state'],
  to: State,
  { now, groupId = null }: { now: number; groupId?: string | null | undefined },
) {
  return {
    state: to,
    deleted_at: to === 'deleted' ? now : null,
    purge_at: to === 'deleted' ? now + restorableMs : null,
    suspended_at: to === 'suspended' ? now : null,
    suspended_with: to === 'suspended' ? groupId : null,
    updated_at: now,
    ...((from === 'deleted' || to === 'deleted') && { tokens_revoked_at: now }),
  }
}
