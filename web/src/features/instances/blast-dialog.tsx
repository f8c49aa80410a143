import type { InstanceSummary } from '@signet/shared/api/resources'
import type { ObjectId } from '@signet/shared/vocabulary/identifiers'
import { useState } from 'react'
import { hasCode, problemOf } from '../../api/api-error.ts'
import { useBlastRadius } from '../../api/blast-radius.ts'
import { useRefusal } from '../../api/session.ts'
import { BlastDialog } from '../../ui/blast-dialog.tsx'
import { ChangedNotice } from '../../ui/changed-notice.tsx'
import { ErrorPanel } from '../../ui/error-panel.tsx'
import { Checkbox } from '../../ui/form.tsx'
import { HangingOn } from '../../ui/hanging-on.tsx'
import { notify, notifyUndoable } from '../../ui/toaster.tsx'
import { visibleText } from '../../ui/visible-text.ts'
import { differences } from './instance-differences.ts'
import { useIdentityAct, useSetIdentity } from './instances-queries.ts'

interface StopDialogProps {
  instance: InstanceSummary
  principalId: ObjectId
  act: 'turn-off' | 'pause'
  onClose: () => void
}

/** Asks before an identity is turned off or paused, with everything that depends on it. Shown while it is mounted. */
export function StopDialog({ instance, principalId, act, onClose }: StopDialogProps) {
  const [seen, setSeen] = useState(instance)
  const [pauseInstead, setPauseInstead] = useState(false)
  const stop = useStop(seen, principalId, onClose)
  const refusal = useRefusal('identities.write')
  const isPause = act === 'pause' || pauseInstead
  const name = visibleText(instance.name)
  const { radius, isPending, problem, typed } = useBlastRadius(principalId, name)
  const isStale = hasCode(stop.error, 'precondition_failed')
  return (
    <BlastDialog
      open
      title={`${act === 'pause' ? 'Pause' : 'Turn off'} the identity of ${name}?`}
      confirmLabel={isPause ? 'Pause' : 'Turn off'}
      name={typed}
      loading={isPending}
      busy={stop.busy}
      disabledReason={refusal}
      onConfirm={(reason) => stop.run(isPause, reason)}
      onClose={onClose}
    >
      <HangingOn radius={radius} problem={problem} />
      <Consequences isPause={isPause} principalId={principalId} />
      {act === 'turn-off' && (
        <Checkbox
          label="I want to pause instead (keeps principal and roles; can be resumed)"
          checked={pauseInstead}
          onChange={(event) => setPauseInstead(event.target.checked)}
        />
      )}
      {stop.error !== null && !isStale && <ErrorPanel problem={problemOf(stop.error)} />}
      {isStale && (
        <ChangedNotice
          differences={differences(seen, instance)}
          onAccept={() => {
            stop.reset()
            setSeen(instance)
          }}
        />
      )}
    </BlastDialog>
  )
}

function useStop(seen: InstanceSummary, principalId: ObjectId, onDone: () => void) {
  const setIdentity = useSetIdentity()
  const act = useIdentityAct()
  const name = visibleText(seen.name)
  const resume = () =>
    void act
      .mutateAsync({ act: 'resume', principalId })
      .catch((error: Error) => notify('bad', `The identity of ${name} was not resumed`, problemOf(error).detail))
  const reset = () => {
    setIdentity.reset()
    act.reset()
  }
  return {
    busy: setIdentity.isPending || act.isPending,
    error: setIdentity.error ?? act.error,
    reset,
    // By promise, since the dialog may be gone by the time the answer is shown. What fails is in `error`.
    run: (isPause: boolean, reason: string) => {
      // Else what failed before would hide why this one fails, when that was the other of the two acts.
      reset()
      const common = { reason, ifMatch: seen.version }
      const done = isPause
        ? act.mutateAsync({ act: 'pause', principalId, ...common }).then(() => {
            notifyUndoable(`The identity of ${name} is paused`, resume)
          })
        : setIdentity.mutateAsync({ instanceId: seen.id, enabled: false, ...common })
      done.then(onDone, () => undefined)
    },
  }
}

function Consequences({ isPause, principalId }: { isPause: boolean; principalId: ObjectId }) {
  return (
    <>
      <p>
        The authority refuses new tokens at once, and so does a connected agent; resource manager and vaults refuse
        those that are out. Services that do neither ask nor follow the feed take them until they end.
      </p>
      {isPause ? (
        <p>Principal and certificates stay, and the certificates go on rotating. Resume undoes it.</p>
      ) : (
        <p>
          The principal <code className="mono">{principalId}</code> is deleted and its certificate revoked. It can be
          restored under the same IDs for 30 days; turning on again instead makes a new principal.
        </p>
      )}
    </>
  )
}
