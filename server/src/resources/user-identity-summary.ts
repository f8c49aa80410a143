import type { UserIdentitySummary } from '@signet/shared/api/user-identities'
import type { TokenUsage } from './instance-view.ts'
import { type UserIdentity, userIdentityRestorableUntil } from './user-identity.ts'

/** Identities as lists and pages show them, in their order. */
export function userIdentitySummaries(
  identities: readonly UserIdentity[],
  usage: Pick<TokenUsage, 'lastUse'>,
  nowMs: number,
): UserIdentitySummary[] {
  const uses = usage.lastUse(identities.map(({ principalId }) => principalId))
  return identities.map((identity) => {
    const { deletedAt: _, ...shown } = identity
    return {
      ...shown,
      lastToken: uses.get(identity.principalId) ?? null,
      restorableUntil: userIdentityRestorableUntil(identity, nowMs),
    }
  })
}
