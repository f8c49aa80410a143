import type { InstanceSummary } from '@signet/shared/api/resources'
import { problemOf } from '../../api/api-error.ts'
import { useRefusal } from '../../api/session.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog, DialogActions } from '../../ui/dialog.tsx'
import { ErrorPanel } from '../../ui/error-panel.tsx'
import { RestoreChoice } from '../../ui/restore-choice.tsx'
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
  const refusal = useRefusal('identities.write')
  // By promise: once it is restored, nothing is left to ask about and this is gone.
  const restore = () => {
    const wish = { act: 'restore', principalId: restorable.principalId, ifMatch: instance.version } as const
    act.mutateAsync(wish).then(onClose, () => undefined)
  }
  return (
    <Dialog open onClose={onClose} title={`Turn on the identity of ${visibleText(instance.name)}`}>
      <RestoreChoice {...restorable} />
      {act.error !== null && <ErrorPanel problem={problemOf(act.error)} />}
      <DialogActions>
        <Button onClick={onClose}>Cancel</Button>
        <Button disabledReason={refusal} onClick={onNew}>
          Make a new principal
        </Button>
        <Button kind="primary" busy={act.isPending} disabledReason={refusal} onClick={restore}>
          Restore
        </Button>
      </DialogActions>
    </Dialog>
  )
}
