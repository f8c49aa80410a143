import type { UserIdentitySummary } from '@signet/shared/api/user-identities'
import type { InstanceId } from '@signet/shared/vocabulary/identifiers'
import { useAskedAct } from '../../api/asked-act.ts'
import { useBlastRadius } from '../../api/blast-radius.ts'
import { useRefusal } from '../../api/session.ts'
import { StopQuestion } from '../../ui/asked-dialogs.tsx'
import { HangingOn } from '../../ui/hanging-on.tsx'
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
  const back = useAssign()
  const { principalId, version } = identity
  const [name, place] = [visibleText(identity.name), visibleText(instance.name)]
  const { radius, isPending, problem, typed } = useBlastRadius(principalId, name)
  const wish = { principalId, instanceIds: [instance.id] }
  const act = useAskedAct({
    mutation: useAssign(),
    wishOf: (reason) => ({ ...wish, act: 'detach', reason, ifMatch: version }) as const,
    onDone: () => {
      notifyUndoable(`${name} is detached from ${place}`, () => back.mutate({ ...wish, act: 'attach' }))
      onClose()
    },
  })
  return (
    <StopQuestion
      act={act}
      title={`Detach ${name} from ${place}?`}
      confirmLabel="Detach"
      name={typed}
      loading={isPending}
      refusal={refusal}
      onClose={onClose}
    >
      <HangingOn radius={radius} problem={problem} />
      <p>
        Code on {place} that asks for this identity is refused from now on. The identity itself, its other instances and
        its roles stay. If the agent serves it for no other instance, its certificate there is revoked.
      </p>
    </StopQuestion>
  )
}
