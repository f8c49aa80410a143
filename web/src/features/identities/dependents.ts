import type { UserIdentityDetail } from '@signet/shared/api/user-identities'
import { userIdentityWords } from '../../api/words.ts'
import type { Difference } from '../../ui/diff-view.tsx'
import { differencesOf } from '../../ui/differences.ts'

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
