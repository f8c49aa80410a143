import { IdentitiesPage } from '../features/identities/identities-page.tsx'
import { BulkActions } from '../features/jobs/bulk-actions.tsx'

/** The list of identities, with what jobs can do with many of them. */
export function WholeIdentitiesPage() {
  return <IdentitiesPage bulk={(selected) => <BulkActions list="identities" {...selected} />} />
}
