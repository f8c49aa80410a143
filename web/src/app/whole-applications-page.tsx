import { ApplicationsPage } from '../features/applications/applications-page.tsx'
import { BulkActions } from '../features/jobs/bulk-actions.tsx'

/** The list of applications, with what jobs can do with many of them. */
export function WholeApplicationsPage() {
  return <ApplicationsPage bulk={(selected) => <BulkActions list="applications" {...selected} />} />
}
