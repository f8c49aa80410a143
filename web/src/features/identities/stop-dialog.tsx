import type { UserIdentityDetail } from '@signet/shared/api/user-identities'
import { useState } from 'react'
import { problemOf } from '../../api/api-error.ts'
import { useAskedAct } from '../../api/asked-act.ts'
import { useBlastRadius } from '../../api/blast-radius.ts'
import { useRefusal } from '../../api/session.ts'
import { StopQuestion } from '../../ui/asked-dialogs.tsx'
import { HangingOn } from '../../ui/hanging-on.tsx'
import { notify, notifyUndoable } from '../../ui/toaster.tsx'
import { visibleText } from '../../ui/visible-text.ts'
import { differences } from './dependents.ts'
import { useIdentityAct } from './identities-queries.ts'

interface StopDialogProps {
  /** As it is now, which may be newer than what the question began with. */
  identity: UserIdentityDetail
  act: 'pause' | 'remove'
  onClose: () => void
}

/** Asks before an identity is paused or deleted, with everything that hangs on it. Shown while it is mounted. */
export function StopDialog({ identity, act: kind, onClose }: StopDialogProps) {
  const refusal = useRefusal('identities.write')
  const [seen, setSeen] = useState(identity)
  const act = useStop(seen, kind, onClose)
  const name = visibleText(identity.name)
  const { radius, isPending, problem, typed } = useBlastRadius(identity.principalId, name)
  const onAccept = () => {
    act.reset()
    setSeen(identity)
  }
  return (
    <StopQuestion
      act={act}
      title={kind === 'pause' ? `Pause ${name}?` : `Delete ${name}?`}
      confirmLabel={kind === 'pause' ? 'Pause' : 'Delete'}
      name={typed}
      loading={isPending}
      refusal={refusal}
      changed={{ differences: differences(seen, identity), onAccept }}
      onClose={onClose}
    >
      <HangingOn radius={radius} problem={problem} />
      <Consequences act={kind} />
    </StopQuestion>
  )
}

function useStop(
  { principalId, version, name: given }: UserIdentityDetail,
  act: 'pause' | 'remove',
  leave: () => void,
) {
  const back = useIdentityAct()
  const name = visibleText(given)
  const undo = () =>
    back.mutate(
      { act: act === 'pause' ? 'resume' : 'restore', principalId },
      { onError: (error) => notify('bad', `${name} was not brought back`, problemOf(error).detail) },
    )
  return useAskedAct({
    mutation: useIdentityAct(),
    wishOf: (reason) => ({ act, principalId, reason, ifMatch: version }),
    onDone: () => {
      notifyUndoable(act === 'pause' ? `${name} is paused` : `${name} is deleted`, undo)
      leave()
    },
  })
}

function Consequences({ act }: { act: 'pause' | 'remove' }) {
  return (
    <>
      <p>
        The authority refuses new tokens at once, and so does every connected agent; resource manager and vaults refuse
        those that are out.
      </p>
      {act === 'pause' ? (
        <p>Principal, assignments and certificates stay. Resume undoes it.</p>
      ) : (
        <p>
          Its certificates are revoked. For 30 days it can be restored under the same IDs, with its roles, federated
          credentials and the instances it is assigned to; after that it is gone.
        </p>
      )}
    </>
  )
}
