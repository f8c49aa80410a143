import type { ApplicationDetail } from '@signet/shared/api/applications'
import { ArchiveRestore } from 'lucide-react'
import { problemOf } from '../../api/api-error.ts'
import { useAskedAct } from '../../api/asked-act.ts'
import { useRefusal } from '../../api/session.ts'
import { AskingButton } from '../../ui/asked-dialogs.tsx'
import { LifecycleActs } from '../../ui/lifecycle-acts.tsx'
import { notify } from '../../ui/toaster.tsx'
import { visibleText } from '../../ui/visible-text.ts'
import { useApplicationAct } from './applications-queries.ts'
import { RenameDialog } from './name-dialogs.tsx'
import { StopDialog } from './stop-dialog.tsx'

/** What can be done with an application in the state it is in. */
export function ApplicationActs({ application }: { application: ApplicationDetail }) {
  const act = useApplicationAct(application.principalId)
  const refusal = useRefusal('identities.write')
  const { name, version, state } = application
  if (state === 'deleted') return <RestoreButton application={application} />
  const resume = () =>
    act.mutate(
      { act: 'resume', ifMatch: version },
      { onError: (error) => notify('bad', `${visibleText(name)} was not resumed`, problemOf(error).detail) },
    )
  return (
    <LifecycleActs
      isPaused={state === 'paused'}
      refusal={refusal}
      renameLabel="Rename"
      resume={{ busy: act.isPending, run: resume }}
      dialog={(asked, onClose) =>
        asked === 'rename' ? (
          <RenameDialog application={application} onClose={onClose} />
        ) : (
          <StopDialog application={application} act={asked} onClose={onClose} />
        )
      }
    />
  )
}

function RestoreButton({ application }: { application: ApplicationDetail }) {
  const refusal = useRefusal('identities.write')
  const name = visibleText(application.name)
  const act = useAskedAct({
    mutation: useApplicationAct(application.principalId),
    wishOf: (reason) => ({ act: 'restore', reason, ifMatch: application.version }) as const,
    onDone: () => notify('ok', `${name} is restored under the same IDs`),
  })
  return (
    <AskingButton
      act={act}
      label="Restore"
      icon={<ArchiveRestore size={14} aria-hidden />}
      title={`Restore ${name}?`}
      refusal={refusal}
    >
      <p>It comes back under the same principal ID and client ID, with its roles and what it authenticates with.</p>
    </AskingButton>
  )
}
