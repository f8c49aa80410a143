import type { UserIdentityDetail } from '@signet/shared/api/user-identities'
import { dayMs } from '@signet/shared/vocabulary/time'
import { userIdentityWords } from '../../api/words.ts'
import type { Difference } from '../../ui/diff-view.tsx'
import { differencesOf } from '../../ui/differences.ts'

const weekMs = 7 * dayMs
/** More things than anybody keeps in mind. */
const manyThings = 10

/** Whether the identity was used so lately, or reaches so much, that its name has to be typed. Unknown counts as both. */
export function asksForName(identity: UserIdentityDetail | undefined, now: number): boolean {
  if (identity === undefined) return true
  const { week, lastToken, instances, federatedCredentials, roles } = identity
  const usedLately = week.length > 0 || (lastToken !== null && now - lastToken.at < weekMs)
  return usedLately || instances + federatedCredentials + roles.length > manyThings
}

/** What of an identity is no longer as somebody has seen it, in words. */
export function differences(seen: UserIdentityDetail, current: UserIdentityDetail): Difference[] {
  return differencesOf(factsOf(seen), factsOf(current))
}

function factsOf(identity: UserIdentityDetail): Record<string, string> {
  return {
    Name: identity.name,
    'Resource group': identity.resourceGroup,
    State: userIdentityWords[identity.state].word,
    Instances: String(identity.instances),
  }
}
