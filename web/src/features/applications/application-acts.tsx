import type { ApplicationDetail } from '@signet/shared/api/applications'
import { ArchiveRestore, Pause, Pencil, Play, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { problemOf } from '../../api/api-error.ts'
import { useRefusal } from '../../api/session.ts'
import { needsStepUp, useStepUpFor } from '../../api/step-up.ts'
import { Button } from '../../ui/button.tsx'
import { ReasonDialog } from '../../ui/reason-dialog.tsx'
import { StepUpDialog } from '../../ui/step-up-dialog.tsx'
import { notify } from '../../ui/toaster.tsx'
import { visibleText } from '../../ui/visible-text.ts'
import { useApplicationAct } from './applications-queries.ts'
import { RenameDialog } from './name-dialogs.tsx'
import { StopDialog } from './stop-dialog.tsx'

/** What can be done with an application in the state it is in. */
export function ApplicationActs({ application }: { application: ApplicationDetail }) {
  const [asking, setAsking] = useState<'rename' | 'pause' | 'remove'>()
  const refusal = useRefusal('identities.write')
  const close = () => setAsking(undefined)
  if (application.state === 'deleted') return <RestoreButton application={application} />
  return (
    <>
      <Button icon={<Pencil size={14} aria-hidden />} disabledReason={refusal} onClick={() => setAsking('rename')}>
        Rename
      </Button>
      {application.state === 'paused' ? (
        <ResumeButton application={application} />
      ) : (
        <Button icon={<Pause size={14} aria-hidden />} disabledReason={refusal} onClick={() => setAsking('pause')}>
          Pause
        </Button>
      )}
      <Button icon={<Trash2 size={14} aria-hidden />} disabledReason={refusal} onClick={() => setAsking('remove')}>
        Delete
      </Button>
      {asking === 'rename' && <RenameDialog application={application} onClose={close} />}
      {(asking === 'pause' || asking === 'remove') && (
        <StopDialog application={application} act={asking} onClose={close} />
      )}
    </>
  )
}

function ResumeButton({ application: { principalId, name, version } }: { application: ApplicationDetail }) {
  const act = useApplicationAct(principalId)
  const refusal = useRefusal('identities.write')
  const resume = () =>
    act.mutate(
      { act: 'resume', ifMatch: version },
      { onError: (error) => notify('bad', `${visibleText(name)} was not resumed`, problemOf(error).detail) },
    )
  return (
    <Button icon={<Play size={14} aria-hidden />} busy={act.isPending} disabledReason={refusal} onClick={resume}>
      Resume
    </Button>
  )
}

function RestoreButton({ application }: { application: ApplicationDetail }) {
  const [asking, setAsking] = useState(false)
  const [given, setGiven] = useState('')
  const act = useApplicationAct(application.principalId)
  const refusal = useRefusal('identities.write')
  const name = visibleText(application.name)
  const restore = (reason: string) => {
    setGiven(reason)
    // By promise: this is gone when it is restored.
    act.mutateAsync({ act: 'restore', reason, ifMatch: application.version }).then(
      () => notify('ok', `${name} is restored under the same IDs`),
      () => undefined,
    )
  }
  const stepUp = useStepUpFor(act, () => restore(given))
  return (
    <>
      <Button
        kind="primary"
        icon={<ArchiveRestore size={14} aria-hidden />}
        disabledReason={refusal}
        onClick={() => {
          act.reset()
          setAsking(true)
        }}
      >
        Restore
      </Button>
      <ReasonDialog
        open={asking}
        title={`Restore ${name}?`}
        confirmLabel="Restore"
        busy={act.isPending}
        disabledReason={refusal}
        problem={act.error === null || needsStepUp(act.error) ? null : problemOf(act.error)}
        onConfirm={restore}
        onClose={() => setAsking(false)}
      >
        <p>It comes back under the same principal ID and client ID, with its roles and what it authenticates with.</p>
      </ReasonDialog>
      <StepUpDialog {...stepUp} />
    </>
  )
}
