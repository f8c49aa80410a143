import { InstancesPage } from '../features/instances/instances-page.tsx'
import { BulkActions } from '../features/jobs/bulk-actions.tsx'
import { RotateSelected } from '../features/rotations/rollout-starter.tsx'

/** The list of instances, with what jobs can do with many of them. */
export function WholeInstancesPage() {
  return (
    <InstancesPage
      bulk={(selected) => (
        <>
          <BulkActions list="instances" {...selected} />
          <RotateSelected list="instances" rows={selected} />
        </>
      )}
    />
  )
}
