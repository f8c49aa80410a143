import { IdentitiesPage } from '../features/identities/identities-page.tsx'
import { BulkActions } from '../features/jobs/bulk-actions.tsx'
import { useRevokeDialog } from '../features/kill-switch/use-revoke-dialog.tsx'
import { RotateSelected } from '../features/rotations/rollout-starter.tsx'

/** The list of identities, with what jobs can do with many of them. */
export function WholeIdentitiesPage() {
  const { onRevoke, dialog } = useRevokeDialog()
  return (
    <>
      <IdentitiesPage
        onRevoke={onRevoke}
        bulk={(selected) => (
          <>
            <BulkActions list="identities" {...selected} />
            <RotateSelected list="identities" rows={selected} />
          </>
        )}
      />
      {dialog}
    </>
  )
}
