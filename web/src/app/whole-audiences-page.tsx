import { AudiencesPage } from '../features/audiences/audiences-page.tsx'
import { BulkActions } from '../features/jobs/bulk-actions.tsx'

/** The list of audiences, with what jobs can do with many of them. */
export function WholeAudiencesPage() {
  return <AudiencesPage bulk={(selected) => <BulkActions list="audiences" {...selected} />} />
}
