import { InstancesPage } from '../features/instances/instances-page.tsx'
import { BulkActions } from '../features/jobs/bulk-actions.tsx'
import { useRevokeDialog } from '../features/kill-switch/use-revoke-dialog.tsx'
import { RotateSelected } from '../features/rotations/rollout-starter.tsx'

/** The list of instances, with what jobs can do with many of them. */
export function WholeInstancesPage() {
  const { onRevoke, dialog } = useRevokeDialog()
  return (
    <>
      <InstancesPage
        onRevoke={onRevoke}
        bulk={(selected) => (
          <>
            <BulkActions list="instances" {...selected} />
            <RotateSelected list="instances" rows={selected} />
          </>
        )}
      />
      {dialog}
    </>
  )
}
