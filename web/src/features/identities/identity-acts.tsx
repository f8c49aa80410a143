import type { UserIdentityDetail } from '@signet/shared/api/user-identities'
import { ArchiveRestore } from 'lucide-react'
import { problemOf } from '../../api/api-error.ts'
import { useAskedAct } from '../../api/asked-act.ts'
import { useRefusal } from '../../api/session.ts'
import { AskingButton } from '../../ui/asked-dialogs.tsx'
import { LifecycleActs } from '../../ui/lifecycle-acts.tsx'
import { notify } from '../../ui/toaster.tsx'
import { visibleText } from '../../ui/visible-text.ts'
import { useIdentityAct } from './identities-queries.ts'
import { RenameDialog } from './rename-dialog.tsx'
import { StopDialog } from './stop-dialog.tsx'

/** What can be done with an identity in the state it is in. */
export function IdentityActs({ identity }: { identity: UserIdentityDetail }) {
  const act = useIdentityAct()
  const refusal = useRefusal('identities.write')
  const { principalId, name, version, state } = identity
  if (state === 'deleted') return <RestoreButton identity={identity} />
  const resume = () =>
    act.mutate(
      { act: 'resume', principalId, ifMatch: version },
      { onError: (error) => notify('bad', `${visibleText(name)} was not resumed`, problemOf(error).detail) },
    )
  return (
    <LifecycleActs
      isPaused={state === 'paused'}
      refusal={refusal}
      renameLabel="Rename or move"
      resume={{ busy: act.isPending, run: resume }}
      dialog={(asked, onClose) =>
        asked === 'rename' ? (
          <RenameDialog identity={identity} onClose={onClose} />
        ) : (
          <StopDialog identity={identity} act={asked} onClose={onClose} />
        )
      }
    />
  )
}

/** Brings a deleted identity back, under the same IDs. */
function RestoreButton({ identity }: { identity: UserIdentityDetail }) {
  const refusal = useRefusal('identities.write')
  const { principalId, version, instances } = identity
  const name = visibleText(identity.name)
  const act = useAskedAct({
    mutation: useIdentityAct(),
    wishOf: (reason) => ({ act: 'restore', principalId, reason, ifMatch: version }) as const,
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
      <p>
        It comes back under the same principal ID and client ID, with its roles, its federated credentials and{' '}
        {instances === 1 ? 'the instance' : `the ${instances} instances`} it was assigned to. Agents get new
        certificates for it.
      </p>
    </AskingButton>
  )
}
