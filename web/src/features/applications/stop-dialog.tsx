import type { ApplicationDetail } from '@signet/shared/api/applications'
import { useState } from 'react'
import { problemOf } from '../../api/api-error.ts'
import { useAskedAct } from '../../api/asked-act.ts'
import { useBlastRadius } from '../../api/blast-radius.ts'
import { useRefusal } from '../../api/session.ts'
import { applicationWords } from '../../api/words.ts'
import { StopQuestion } from '../../ui/asked-dialogs.tsx'
import { differencesOf } from '../../ui/differences.ts'
import { HangingOn } from '../../ui/hanging-on.tsx'
import { notify, notifyUndoable } from '../../ui/toaster.tsx'
import { visibleText } from '../../ui/visible-text.ts'
import { useApplicationAct } from './applications-queries.ts'

interface StopDialogProps {
  /** As it is now, which may be newer than what the question began with. */
  application: ApplicationDetail
  act: 'pause' | 'remove'
  onClose: () => void
}

/** Asks before an application is paused or deleted, with what hangs on it. Shown while it is mounted. */
export function StopDialog({ application, act: kind, onClose }: StopDialogProps) {
  const refusal = useRefusal('identities.write')
  const [seen, setSeen] = useState(application)
  const act = useStop(seen, kind, onClose)
  const name = visibleText(application.name)
  const { radius, isPending, problem, typed } = useBlastRadius(application.principalId, name)
  const onAccept = () => {
    act.reset()
    setSeen(application)
  }
  return (
    <StopQuestion
      act={act}
      title={kind === 'pause' ? `Pause ${name}?` : `Delete ${name}?`}
      confirmLabel={kind === 'pause' ? 'Pause' : 'Delete'}
      name={typed}
      loading={isPending}
      refusal={refusal}
      changed={{ differences: differencesOf(factsOf(seen), factsOf(application)), onAccept }}
      onClose={onClose}
    >
      <HangingOn radius={radius} problem={problem} />
      <p>
        The authority refuses new tokens at once; resource manager and vaults refuse those that are out.{' '}
        {kind === 'pause'
          ? 'Everything else stays. Resume undoes it.'
          : 'For 30 days it can be restored under the same IDs with all of the above; after that it is gone.'}
      </p>
    </StopQuestion>
  )
}

function useStop({ principalId, version, name: given }: ApplicationDetail, act: 'pause' | 'remove', leave: () => void) {
  const back = useApplicationAct(principalId)
  const name = visibleText(given)
  const undo = () =>
    back.mutate(
      { act: act === 'pause' ? 'resume' : 'restore' },
      { onError: (error) => notify('bad', `${name} was not brought back`, problemOf(error).detail) },
    )
  return useAskedAct({
    mutation: useApplicationAct(principalId),
    wishOf: (reason) => ({ act, reason, ifMatch: version }),
    onDone: () => {
      notifyUndoable(act === 'pause' ? `${name} is paused` : `${name} is deleted`, undo)
      leave()
    },
  })
}

function factsOf(application: ApplicationDetail): Record<string, string> {
  return {
    Name: application.name,
    State: applicationWords[application.state].word,
    Secrets: String(application.secrets.length),
    Certificates: String(application.certificates.length),
    'Federated credentials': String(application.federatedCredentials),
  }
}
