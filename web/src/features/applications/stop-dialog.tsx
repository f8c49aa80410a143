import type { ApplicationDetail } from '@signet/shared/api/applications'
import { dayMs } from '@signet/shared/vocabulary/time'
import { useState } from 'react'
import { hasCode, problemOf } from '../../api/api-error.ts'
import { useRefusal } from '../../api/session.ts'
import { needsStepUp, useStepUpFor } from '../../api/step-up.ts'
import { applicationWords } from '../../api/words.ts'
import { BlastDialog } from '../../ui/blast-dialog.tsx'
import { ChangedNotice } from '../../ui/changed-notice.tsx'
import type { Difference } from '../../ui/diff-view.tsx'
import { ErrorPanel } from '../../ui/error-panel.tsx'
import { Fact, Facts } from '../../ui/facts.tsx'
import { StepUpDialog } from '../../ui/step-up-dialog.tsx'
import { notify, notifyUndoable } from '../../ui/toaster.tsx'
import { visibleText } from '../../ui/visible-text.ts'
import { LastToken } from './application-columns.tsx'
import { useApplicationAct } from './applications-queries.ts'

const weekMs = 7 * dayMs

interface StopDialogProps {
  /** As it is now, which may be newer than what the question began with. */
  application: ApplicationDetail
  act: 'pause' | 'remove'
  onClose: () => void
}

/** Asks before an application is paused or deleted, with what hangs on it. Shown while it is mounted. */
export function StopDialog({ application, act, onClose }: StopDialogProps) {
  const refusal = useRefusal('identities.write')
  const [seen, setSeen] = useState(application)
  const { run, again, error, isPending, reset } = useStop(seen, act, onClose)
  const stepUp = useStepUpFor({ error, reset }, again)
  const name = visibleText(application.name)
  const isStale = hasCode(error, 'precondition_failed')
  const { lastToken } = application
  const wasUsed = lastToken !== null && Date.now() - lastToken.at < weekMs
  return (
    <>
      <BlastDialog
        open
        title={act === 'pause' ? `Pause ${name}?` : `Delete ${name}?`}
        confirmLabel={act === 'pause' ? 'Pause' : 'Delete'}
        name={wasUsed ? name : undefined}
        loading={false}
        busy={isPending}
        disabledReason={refusal}
        onConfirm={run}
        onClose={onClose}
      >
        <Facts>
          <Fact name="Last token">{lastToken === null ? 'None yet' : <LastToken of={application} />}</Fact>
          <Fact name="Secrets">{application.secrets.length}</Fact>
          <Fact name="Certificates">{application.certificates.length}</Fact>
          <Fact name="Federated credentials">{application.federatedCredentials}</Fact>
        </Facts>
        <p>
          The authority refuses new tokens at once. Tokens that are out stay valid until they expire.{' '}
          {act === 'pause'
            ? 'Everything else stays. Resume undoes it.'
            : 'For 30 days it can be restored under the same IDs with all of the above; after that it is gone.'}
        </p>
        {error !== null && !isStale && !needsStepUp(error) && <ErrorPanel problem={problemOf(error)} />}
        {isStale && (
          <ChangedNotice
            differences={differences(seen, application)}
            onAccept={() => {
              reset()
              setSeen(application)
            }}
          />
        )}
      </BlastDialog>
      <StepUpDialog {...stepUp} />
    </>
  )
}

function useStop(seen: ApplicationDetail, act: 'pause' | 'remove', onDone: () => void) {
  const stop = useApplicationAct(seen.principalId)
  const back = useApplicationAct(seen.principalId)
  const [given, setGiven] = useState('')
  const name = visibleText(seen.name)
  const undo = () =>
    back.mutate(
      { act: act === 'pause' ? 'resume' : 'restore' },
      { onError: (error) => notify('bad', `${name} was not brought back`, problemOf(error).detail) },
    )
  const run = (reason: string) => {
    setGiven(reason)
    // By promise, since the dialog may be gone by the time the answer is shown. What fails is in `error`.
    stop.mutateAsync({ act, reason, ifMatch: seen.version }).then(
      () => {
        notifyUndoable(act === 'pause' ? `${name} is paused` : `${name} is deleted`, undo)
        onDone()
      },
      () => undefined,
    )
  }
  return { run, again: () => run(given), error: stop.error, isPending: stop.isPending, reset: stop.reset }
}

function differences(seen: ApplicationDetail, current: ApplicationDetail): Difference[] {
  const facts = (application: ApplicationDetail): [string, string][] => [
    ['Name', application.name],
    ['State', applicationWords[application.state].word],
    ['Secrets', String(application.secrets.length)],
    ['Certificates', String(application.certificates.length)],
    ['Federated credentials', String(application.federatedCredentials)],
  ]
  const now = new Map(facts(current))
  return facts(seen).flatMap(([name, before]) => {
    const after = now.get(name) ?? ''
    return before === after ? [] : [{ name, before, after }]
  })
}
