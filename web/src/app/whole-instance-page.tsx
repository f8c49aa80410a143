import { PrincipalRoles } from '../features/audiences/principal-roles.tsx'
import { IdentitiesOfInstance } from '../features/identities/identities-of-instance.tsx'
import { LifetimeFact } from '../features/identities/lifetime-fact.tsx'
import { InstancePage, type InstanceParts } from '../features/instances/instance-page.tsx'

const parts: InstanceParts = {
  identities: (instance) => <IdentitiesOfInstance instance={instance} />,
  roles: (principalId) => <PrincipalRoles principalId={principalId} />,
  lifetime: (principalId) => <LifetimeFact principalId={principalId} />,
}

/** The page of an instance, with the parts that other features have for it. */
export function WholeInstancePage() {
  return <InstancePage parts={parts} />
}
