import { ApplicationsPage } from '../features/applications/applications-page.tsx'
import { BulkActions } from '../features/jobs/bulk-actions.tsx'
import { useRevokeDialog } from '../features/kill-switch/use-revoke-dialog.tsx'

/** The list of applications, with what jobs can do with many of them. */
export function WholeApplicationsPage() {
  const { onRevoke, dialog } = useRevokeDialog()
  return (
    <>
      <ApplicationsPage onRevoke={onRevoke} bulk={(selected) => <BulkActions list="applications" {...selected} />} />
      {dialog}
    </>
  )
}
