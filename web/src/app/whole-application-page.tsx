import type { ApplicationDetail } from '@signet/shared/api/applications'
import { applicationActivity } from '../features/activity/activity-queries.ts'
import { ApplicationPage } from '../features/applications/application-page.tsx'
import { LifetimeFact } from '../features/identities/lifetime-fact.tsx'
import { PrincipalActivity, principalParts } from './principal-parts.tsx'

const parts = {
  ...principalParts,
  activity: ({ principalId }: ApplicationDetail) => <PrincipalActivity source={applicationActivity(principalId)} />,
  lifetime: ({ principalId }: Parameters<typeof LifetimeFact>[0]) => <LifetimeFact principalId={principalId} />,
}

/** The page of an application, with the tabs that other features have for it. */
export function WholeApplicationPage() {
  return <ApplicationPage parts={parts} />
}
