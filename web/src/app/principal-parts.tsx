import type { ObjectId } from '@signet/shared/vocabulary/identifiers'
import { useSearch } from '@tanstack/react-router'
import { PrincipalAccess } from '../features/access/principal-access.tsx'
import type { ActivitySource } from '../features/activity/activity-queries.ts'
import { TokenActivity } from '../features/activity/token-activity.tsx'
import { PrincipalRoles } from '../features/audiences/principal-roles.tsx'
import { TargetHistory } from '../features/audit/target-history.tsx'
import { FederatedCredentials } from '../features/federation/federated-credentials.tsx'
import { PrincipalPropagation } from '../features/kill-switch/propagation-card.tsx'
import { RevokeTokensButton } from '../features/kill-switch/revoke-tokens.tsx'
import { UsageTab } from '../features/usage/usage-tab.tsx'

interface Shown {
  readonly principalId: ObjectId
  readonly name: string
  readonly state: string
}

/** Tabs that pages of identities and of applications have alike; each is a feature of its own. */
export const principalParts = {
  federation: (principal: Shown) => (
    <FederatedCredentials principalId={principal.principalId} lockedReason={locked(principal)} />
  ),
  propagation: ({ principalId }: Shown) => <PrincipalPropagation principalId={principalId} />,
  revoke: (principal: Shown) => <RevokeTokensButton principalId={principal.principalId} name={principal.name} />,
  access: ({ principalId, state }: Shown) => (
    <PrincipalAccess principalId={principalId} isDeleted={state === 'deleted'} />
  ),
  usage: ({ principalId }: Shown) => <UsageTab of={{ kind: 'principal', id: principalId }} />,
  roles: (principal: Shown) => <PrincipalRoles principalId={principal.principalId} lockedReason={locked(principal)} />,
}

/** The tokens a principal asked for, and what was done to it. */
export function PrincipalActivity({ source }: { source: ActivitySource }) {
  const search = useSearch({ strict: false })
  return (
    <>
      <TokenActivity source={source} search={search} />
      <TargetHistory targetId={source.id} />
    </>
  )
}

function locked({ state }: Shown): string | undefined {
  return state === 'deleted' ? 'It is deleted; restore it first.' : undefined
}
