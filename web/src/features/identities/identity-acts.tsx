import type { UserIdentityDetail } from '@signet/shared/api/user-identities'
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
import { useIdentityAct } from './identities-queries.ts'
import { RenameDialog } from './rename-dialog.tsx'
import { StopDialog } from './stop-dialog.tsx'

/** What can be done with an identity in the state it is in. */
export function IdentityActs({ identity }: { identity: UserIdentityDetail }) {
  const [asking, setAsking] = useState<'rename' | 'pause' | 'remove'>()
  const refusal = useRefusal('identities.write')
  const close = () => setAsking(undefined)
  if (identity.state === 'deleted') return <RestoreButton identity={identity} />
  return (
    <>
      <Button icon={<Pencil size={14} aria-hidden />} disabledReason={refusal} onClick={() => setAsking('rename')}>
        Rename or move
      </Button>
      {identity.state === 'paused' ? (
        <ResumeButton identity={identity} />
      ) : (
        <Button icon={<Pause size={14} aria-hidden />} disabledReason={refusal} onClick={() => setAsking('pause')}>
          Pause
        </Button>
      )}
      <Button icon={<Trash2 size={14} aria-hidden />} disabledReason={refusal} onClick={() => setAsking('remove')}>
        Delete
      </Button>
      {asking === 'rename' && <RenameDialog identity={identity} onClose={close} />}
      {(asking === 'pause' || asking === 'remove') && <StopDialog identity={identity} act={asking} onClose={close} />}
    </>
  )
}

function ResumeButton({ identity: { principalId, name, version } }: { identity: UserIdentityDetail }) {
  const act = useIdentityAct()
  const refusal = useRefusal('identities.write')
  const resume = () =>
    act.mutate(
      { act: 'resume', principalId, ifMatch: version },
      { onError: (error) => notify('bad', `${visibleText(name)} was not resumed`, problemOf(error).detail) },
    )
  return (
    <Button icon={<Play size={14} aria-hidden />} busy={act.isPending} disabledReason={refusal} onClick={resume}>
      Resume
    </Button>
  )
}

/** Brings a deleted identity back, under the same IDs. */
export function RestoreButton({ identity }: { identity: UserIdentityDetail }) {
  const [asking, setAsking] = useState(false)
  const [given, setGiven] = useState('')
  const act = useIdentityAct()
  const refusal = useRefusal('identities.write')
  const { principalId, version } = identity
  const name = visibleText(identity.name)
  const restore = (reason: string) => {
    setGiven(reason)
    // By promise: this is gone when it is restored.
    act.mutateAsync({ act: 'restore', principalId, reason, ifMatch: version }).then(
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
        <p>
          It comes back under the same principal ID and client ID, with its roles, its federated credentials and{' '}
          {identity.instances === 1 ? 'the instance' : `the ${identity.instances} instances`} it was assigned to. Agents
          get new certificates for it.
        </p>
      </ReasonDialog>
      <StepUpDialog {...stepUp} />
    </>
  )
}
