import type { UserIdentityDetail } from '@signet/shared/api/user-identities'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { problemOf } from '../../api/api-error.ts'
import { useAskedAct } from '../../api/asked-act.ts'
import { rowsOf } from '../../api/pages.ts'
import { useRefusal } from '../../api/session.ts'
import { StopQuestion } from '../../ui/asked-dialogs.tsx'
import { Notice } from '../../ui/notice.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { notify, notifyUndoable } from '../../ui/toaster.tsx'
import { Untrusted } from '../../ui/untrusted.tsx'
import { visibleText } from '../../ui/visible-text.ts'
import { asksForName, differences } from './dependents.ts'
import { assignedInstancesOptions, useIdentityAct } from './identities-queries.ts'
import { Dependents } from './identity-facts.tsx'

const mostNames = 8

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
  const instances = useInfiniteQuery({ ...assignedInstancesOptions(identity.principalId), retry: false })
  const act = useStop(seen, kind, onClose)
  const name = visibleText(identity.name)
  const known = instances.error === null ? identity : undefined
  const onAccept = () => {
    act.reset()
    setSeen(identity)
  }
  return (
    <StopQuestion
      act={act}
      title={kind === 'pause' ? `Pause ${name}?` : `Delete ${name}?`}
      confirmLabel={kind === 'pause' ? 'Pause' : 'Delete'}
      name={instances.isPending || !asksForName(known, Date.now()) ? undefined : name}
      loading={instances.isPending}
      refusal={refusal}
      changed={{ differences: differences(seen, identity), onAccept }}
      onClose={onClose}
    >
      <Dependents identity={identity} isLinked={false} />
      {instances.isPending && <Skeleton lines={2} />}
      {instances.error !== null && (
        <Notice tone="warn" title="The instances it is assigned to could not be looked up">
          <p>{problemOf(instances.error).detail}</p>
        </Notice>
      )}
      {instances.data !== undefined && (
        <InstanceNames names={rowsOf(instances.data).map((row) => row.instance.name)} all={identity.instances} />
      )}
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

function InstanceNames({ names, all }: { names: readonly string[]; all: number }) {
  if (names.length === 0) return null
  const shown = names.slice(0, mostNames)
  return (
    <p>
      Stops working on:{' '}
      {shown.map((name, index) => (
        <span key={name}>
          {index > 0 && ', '}
          <Untrusted text={name} />
        </span>
      ))}
      {all > shown.length && ` and ${all - shown.length} more`}.
    </p>
  )
}

function Consequences({ act }: { act: 'pause' | 'remove' }) {
  return (
    <>
      <p>The authority refuses new tokens at once, and so does every connected agent.</p>
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
