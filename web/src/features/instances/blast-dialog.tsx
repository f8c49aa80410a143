import type { BlastRadius, InstanceSummary } from '@signet/shared/api/resources'
import type { ObjectId } from '@signet/shared/vocabulary/identifiers'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { hasCode, problemOf } from '../../api/api-error.ts'
import { useRefusal } from '../../api/session.ts'
import { BlastDialog } from '../../ui/blast-dialog.tsx'
import { ChangedNotice } from '../../ui/changed-notice.tsx'
import { ErrorPanel } from '../../ui/error-panel.tsx'
import { Checkbox } from '../../ui/form.tsx'
import { shortAudience } from '../../ui/last-token.tsx'
import { Notice } from '../../ui/notice.tsx'
import { ExactTime, RelativeTime } from '../../ui/relative-time.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { notify, notifyUndoable } from '../../ui/toaster.tsx'
import { Untrusted } from '../../ui/untrusted.tsx'
import { visibleText } from '../../ui/visible-text.ts'
import styles from './blast-dialog.module.css'
import { asksForName, differences, tokensIn } from './blast-rules.ts'
import { blastRadiusOptions, useIdentityAct, useSetIdentity } from './instances-queries.ts'

const mostAudiences = 5

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
  const radius = useQuery(blastRadiusOptions(principalId))
  const stop = useStop(seen, principalId, onClose)
  const refusal = useRefusal('identities.write')
  const isPause = act === 'pause' || pauseInstead
  const name = visibleText(instance.name)
  const isStale = hasCode(stop.error, 'precondition_failed')
  return (
    <BlastDialog
      open
      title={`${act === 'pause' ? 'Pause' : 'Turn off'} the identity of ${name}?`}
      confirmLabel={isPause ? 'Pause' : 'Turn off'}
      name={radius.isPending || !asksForName(radius.data, Date.now()) ? undefined : name}
      loading={radius.isPending}
      busy={stop.busy}
      disabledReason={refusal}
      onConfirm={(reason) => stop.run(isPause, reason)}
      onClose={onClose}
    >
      {radius.isPending ? <Skeleton lines={3} /> : <Uses radius={radius.data} error={radius.error} />}
      <Consequences isPause={isPause} principalId={principalId} radius={radius.data} />
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

function Uses({ radius, error }: { radius: BlastRadius | undefined; error: Error | null }) {
  if (radius === undefined) {
    return (
      <Notice tone="warn" title="What depends on it could not be looked up">
        {error !== null && <p>{problemOf(error).detail}</p>}
      </Notice>
    )
  }
  if (radius.lastUsedAt === null) return <p>It was not used yet.</p>
  const uses = radius.day.length > 0 ? radius.day : radius.week
  const sum = tokensIn(uses)
  return (
    <>
      <p>
        It was used in the last {radius.day.length > 0 ? '24 h' : '7 days'}: {sum} {sum === 1 ? 'token' : 'tokens'},
        last <RelativeTime at={radius.lastUsedAt} />.
      </p>
      <dl className={styles['uses']}>
        {uses.slice(0, mostAudiences).flatMap(({ audience, tokens }) => [
          <dt key={`${audience} name`}>
            <Untrusted text={shortAudience(audience)} />
          </dt>,
          <dd key={`${audience} count`}>{tokens}</dd>,
        ])}
      </dl>
      {uses.length > mostAudiences && <p className="muted">and {uses.length - mostAudiences} more audiences</p>}
    </>
  )
}

function Consequences(props: { isPause: boolean; principalId: ObjectId; radius: BlastRadius | undefined }) {
  const { isPause, principalId, radius } = props
  const live = radius?.live
  return (
    <>
      <p>The authority refuses new tokens at once, and so does a connected agent.</p>
      {live !== undefined && live.until !== null && (
        <p>
          {live.tokens} {live.tokens === 1 ? 'token that is out stays' : 'tokens that are out stay'} valid until{' '}
          <ExactTime at={live.until} /> at the latest, at services that do not check for revocation.
        </p>
      )}
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
