import type { UserIdentitySummary } from '@signet/shared/api/user-identities'
import type { InstanceId } from '@signet/shared/vocabulary/identifiers'
import { hasCode, problemOf } from '../../api/api-error.ts'
import { useRefusal } from '../../api/session.ts'
import { BlastDialog } from '../../ui/blast-dialog.tsx'
import { ErrorPanel } from '../../ui/error-panel.tsx'
import { notifyUndoable } from '../../ui/toaster.tsx'
import { visibleText } from '../../ui/visible-text.ts'
import { useAssign } from './identities-queries.ts'

interface DetachDialogProps {
  identity: Pick<UserIdentitySummary, 'principalId' | 'name' | 'version'>
  instance: { readonly id: InstanceId; readonly name: string }
  onClose: () => void
}

/** Asks before an identity is taken from an instance. Shown while it is mounted. */
export function DetachDialog({ identity, instance, onClose }: DetachDialogProps) {
  const refusal = useRefusal('identities.write')
  const detach = useAssign()
  const back = useAssign()
  const { principalId, version } = identity
  const [name, place] = [visibleText(identity.name), visibleText(instance.name)]
  const wish = { principalId, instanceIds: [instance.id] }
  const run = (reason: string) => {
    detach.mutateAsync({ ...wish, act: 'detach', reason, ifMatch: version }).then(
      () => {
        notifyUndoable(`${name} is detached from ${place}`, () => back.mutate({ ...wish, act: 'attach' }))
        onClose()
      },
      () => undefined,
    )
  }
  const { error } = detach
  return (
    <BlastDialog
      open
      title={`Detach ${name} from ${place}?`}
      confirmLabel="Detach"
      name={undefined}
      loading={false}
      busy={detach.isPending}
      disabledReason={refusal}
      onConfirm={run}
      onClose={onClose}
    >
      <p>
        Code on {place} that asks for this identity is refused from now on. The identity itself, its other instances and
        its roles stay. If the agent serves it for no other instance, its certificate there is revoked.
      </p>
      {error !== null &&
        (hasCode(error, 'precondition_failed') ? (
          <p className="warn">The identity was changed meanwhile. Look at it again, then confirm once more.</p>
        ) : (
          <ErrorPanel problem={problemOf(error)} />
        ))}
    </BlastDialog>
  )
}
