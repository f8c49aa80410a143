import type { InstanceSummary } from '@signet/shared/api/resources'
import { problemOf } from '../../api/api-error.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog, DialogActions } from '../../ui/dialog.tsx'
import { ErrorPanel } from '../../ui/error-panel.tsx'
import { ExactTime } from '../../ui/relative-time.tsx'
import { visibleText } from '../../ui/visible-text.ts'
import { useIdentityAct } from './instances-queries.ts'

interface RestoreDialogProps {
  instance: InstanceSummary
  restorable: NonNullable<InstanceSummary['restorable']>
  onNew: () => void
  onClose: () => void
}

/** Turning on within 30 days of turning off: the old principal, or a new one. Shown while it is mounted. */
export function RestoreDialog({ instance, restorable, onNew, onClose }: RestoreDialogProps) {
  const act = useIdentityAct()
  // By promise: once it is restored, nothing is left to ask about and this is gone.
  const restore = () => {
    const wish = { act: 'restore', principalId: restorable.principalId, ifMatch: instance.version } as const
    act.mutateAsync(wish).then(onClose, () => undefined)
  }
  return (
    <Dialog open onClose={onClose} title={`Turn on the identity of ${visibleText(instance.name)}`}>
      <p>
        Its last principal <code className="mono">{restorable.principalId}</code> can be restored until{' '}
        <ExactTime at={restorable.until} />: the same IDs, so that what was granted to it holds again. A new principal
        has other IDs and starts with nothing, and the old one can no longer be restored.
      </p>
      {act.error !== null && <ErrorPanel problem={problemOf(act.error)} />}
      <DialogActions>
        <Button onClick={onClose}>Cancel</Button>
        <Button onClick={onNew}>Make a new principal</Button>
        <Button kind="primary" busy={act.isPending} onClick={restore}>
          Restore
        </Button>
      </DialogActions>
    </Dialog>
  )
}
