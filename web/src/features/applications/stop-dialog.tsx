import type { ApplicationDetail } from '@signet/shared/api/applications'
import { dayMs } from '@signet/shared/vocabulary/time'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { problemOf } from '../../api/api-error.ts'
import { useAskedAct } from '../../api/asked-act.ts'
import { heldRolesOptions } from '../../api/held-roles.ts'
import { useRefusal } from '../../api/session.ts'
import { applicationWords } from '../../api/words.ts'
import { StopQuestion } from '../../ui/asked-dialogs.tsx'
import { differencesOf } from '../../ui/differences.ts'
import { Notice } from '../../ui/notice.tsx'
import { notify, notifyUndoable } from '../../ui/toaster.tsx'
import { visibleText } from '../../ui/visible-text.ts'
import { Dependents } from './application-facts.tsx'
import { useApplicationAct, weekOptions } from './applications-queries.ts'

const weekMs = 7 * dayMs
/** More things than anybody keeps in mind. */
const manyThings = 10

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
  const roles = useQuery({ ...heldRolesOptions(application.principalId), retry: false })
  const week = useQuery({ ...weekOptions(application.principalId), retry: false })
  const act = useStop(seen, kind, onClose)
  const name = visibleText(application.name)
  const isPending = roles.isPending || week.isPending
  const problem = roles.error ?? week.error
  const onAccept = () => {
    act.reset()
    setSeen(application)
  }
  return (
    <StopQuestion
      act={act}
      title={kind === 'pause' ? `Pause ${name}?` : `Delete ${name}?`}
      confirmLabel={kind === 'pause' ? 'Pause' : 'Delete'}
      name={isPending || !asksForName(application, week.data, roles.data?.items.length) ? undefined : name}
      loading={isPending}
      refusal={refusal}
      changed={{ differences: differencesOf(factsOf(seen), factsOf(application)), onAccept }}
      onClose={onClose}
    >
      <Dependents application={application} week={week.data} roles={roles.data?.items} isLinked={false} />
      {problem !== null && (
        <Notice tone="warn" title="What depends on it could not be looked up whole">
          <p>{problemOf(problem).detail}</p>
        </Notice>
      )}
      <p>
        The authority refuses new tokens at once. Tokens that are out stay valid until they expire.{' '}
        {kind === 'pause'
          ? 'Everything else stays. Resume undoes it.'
          : 'For 30 days it can be restored under the same IDs with all of the above; after that it is gone.'}
      </p>
    </StopQuestion>
  )
}

/** Whether it was used so lately, or so much hangs on it, that its name has to be typed. Unknown counts as both. */
function asksForName(application: ApplicationDetail, week: number | undefined, roles: number | undefined): boolean {
  if (week === undefined || roles === undefined) return true
  const { lastToken, secrets, certificates, federatedCredentials } = application
  const usedLately = week > 0 || (lastToken !== null && Date.now() - lastToken.at < weekMs)
  return usedLately || secrets.length + certificates.length + federatedCredentials + roles > manyThings
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
