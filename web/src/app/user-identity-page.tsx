import type { UserIdentityDetail } from '@signet/shared/api/user-identities'
import { identityActivity } from '../features/activity/activity-queries.ts'
import { IdentityPage } from '../features/identities/identity-page.tsx'
import { PrincipalCertificates } from '../features/instances/certificates-tab.tsx'
import { GroupLink } from '../features/kill-switch/group-link.tsx'
import { PrincipalActivity, principalParts } from './principal-parts.tsx'

const parts = {
  ...principalParts,
  activity: ({ principalId }: UserIdentityDetail) => <PrincipalActivity source={identityActivity(principalId)} />,
  group: ({ resourceGroup }: UserIdentityDetail) => <GroupLink name={resourceGroup} />,
  certificates: ({ principalId }: UserIdentityDetail) => <PrincipalCertificates principalId={principalId} />,
}

/** The page of a user-assigned identity, with the tabs that other features have for it. */
export function UserIdentityPage() {
  return <IdentityPage parts={parts} />
}
