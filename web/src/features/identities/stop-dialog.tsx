import type { UserIdentityDetail } from '@signet/shared/api/user-identities'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { hasCode, problemOf } from '../../api/api-error.ts'
import { rowsOf } from '../../api/pages.ts'
import { useRefusal } from '../../api/session.ts'
import { needsStepUp, useStepUpFor } from '../../api/step-up.ts'
import { BlastDialog } from '../../ui/blast-dialog.tsx'
import { ChangedNotice } from '../../ui/changed-notice.tsx'
import { ErrorPanel } from '../../ui/error-panel.tsx'
import { Notice } from '../../ui/notice.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { StepUpDialog } from '../../ui/step-up-dialog.tsx'
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
export function StopDialog({ identity, act, onClose }: StopDialogProps) {
  const refusal = useRefusal('identities.write')
  const [seen, setSeen] = useState(identity)
  const instances = useInfiniteQuery({ ...assignedInstancesOptions(identity.principalId), retry: false })
  const { run, again, error, isPending, reset } = useStop(seen, act, onClose)
  const stepUp = useStepUpFor({ error, reset }, again)
  const name = visibleText(identity.name)
  const isStale = hasCode(error, 'precondition_failed')
  const known = instances.error === null ? identity : undefined
  return (
    <>
      <BlastDialog
        open
        title={act === 'pause' ? `Pause ${name}?` : `Delete ${name}?`}
        confirmLabel={act === 'pause' ? 'Pause' : 'Delete'}
        name={instances.isPending || !asksForName(known, Date.now()) ? undefined : name}
        loading={instances.isPending}
        busy={isPending}
        disabledReason={refusal}
        onConfirm={run}
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
        <Consequences act={act} />
        {error !== null && !isStale && !needsStepUp(error) && <ErrorPanel problem={problemOf(error)} />}
        {isStale && (
          <ChangedNotice
            differences={differences(seen, identity)}
            onAccept={() => {
              reset()
              setSeen(identity)
            }}
          />
        )}
      </BlastDialog>
      <StepUpDialog {...stepUp} />
    </>
  )
}

function useStop(seen: UserIdentityDetail, act: 'pause' | 'remove', onDone: () => void) {
  const stop = useIdentityAct()
  const back = useIdentityAct()
  const [given, setGiven] = useState('')
  const { principalId, version } = seen
  const name = visibleText(seen.name)
  const undo = () =>
    back.mutate(
      { act: act === 'pause' ? 'resume' : 'restore', principalId },
      { onError: (error) => notify('bad', `${name} was not brought back`, problemOf(error).detail) },
    )
  const run = (reason: string) => {
    setGiven(reason)
    // By promise, since the dialog may be gone by the time the answer is shown. What fails is in `error`.
    stop.mutateAsync({ act, principalId, reason, ifMatch: version }).then(
      () => {
        notifyUndoable(act === 'pause' ? `${name} is paused` : `${name} is deleted`, undo)
        onDone()
      },
      () => undefined,
    )
  }
  return { run, again: () => run(given), error: stop.error, isPending: stop.isPending, reset: stop.reset }
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
