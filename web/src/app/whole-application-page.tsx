import { ApplicationPage } from '../features/applications/application-page.tsx'
import { LifetimeFact } from '../features/identities/lifetime-fact.tsx'
import { principalParts } from './principal-parts.tsx'

const parts = {
  ...principalParts,
  lifetime: ({ principalId }: Parameters<typeof LifetimeFact>[0]) => <LifetimeFact principalId={principalId} />,
}

/** The page of an application, with the tabs that other features have for it. */
export function WholeApplicationPage() {
  return <ApplicationPage parts={parts} />
}
