import type { InstanceDetail } from '@signet/shared/api/resources'
import { useSearch } from '@tanstack/react-router'
import { PrincipalAccess } from '../features/access/principal-access.tsx'
import { instanceActivity } from '../features/activity/activity-queries.ts'
import { TokenActivity } from '../features/activity/token-activity.tsx'
import { PrincipalRoles } from '../features/audiences/principal-roles.tsx'
import { IdentitiesOfInstance } from '../features/identities/identities-of-instance.tsx'
import { LifetimeFact } from '../features/identities/lifetime-fact.tsx'
import { auditOf } from '../features/instances/instance-audit.ts'
import { InstancePage, type InstanceParts } from '../features/instances/instance-page.tsx'
import { GroupOf } from '../features/kill-switch/group-link.tsx'
import { PrincipalPropagation } from '../features/kill-switch/propagation-card.tsx'
import { RevokeTokensButton } from '../features/kill-switch/revoke-tokens.tsx'
import { UsageTab } from '../features/usage/usage-tab.tsx'

const parts: InstanceParts = {
  activity: (instance) => <InstanceActivity instance={instance} />,
  usage: ({ id, identity }) => <UsageTab of={{ kind: 'instance', id, ownPrincipalId: identity?.principalId }} />,
  identities: (instance) => <IdentitiesOfInstance instance={instance} />,
  access: (principalId) => <PrincipalAccess principalId={principalId} />,
  roles: (principalId) => <PrincipalRoles principalId={principalId} />,
  lifetime: (principalId) => <LifetimeFact principalId={principalId} />,
  propagation: (principalId) => <PrincipalPropagation principalId={principalId} />,
  revoke: (principal) => <RevokeTokensButton small {...principal} />,
  group: (resourceId) => <GroupOf resourceId={resourceId} />,
}

function InstanceActivity({ instance }: { instance: InstanceDetail }) {
  const search = useSearch({ strict: false })
  return <TokenActivity source={instanceActivity(instance.id)} search={search} auditFilter={auditOf(instance).filter} />
}

/** The page of an instance, with the parts that other features have for it. */
export function WholeInstancePage() {
  return <InstancePage parts={parts} />
}
