import type { InstanceSummary } from '@signet/shared/api/resources'
import type { ObjectId } from '@signet/shared/vocabulary/identifiers'
import { ArchiveRestore, Pause, Play } from 'lucide-react'
import { useState } from 'react'
import { problemOf } from '../../api/api-error.ts'
import { useRefusal } from '../../api/session.ts'
import { Button } from '../../ui/button.tsx'
import { notify } from '../../ui/toaster.tsx'
import { visibleText } from '../../ui/visible-text.ts'
import { StopDialog } from './blast-dialog.tsx'
import { useIdentityAct } from './instances-queries.ts'

/** Pause, Resume or Restore, whichever fits the state of the identity. */
export function IdentityActs({ instance }: { instance: InstanceSummary }) {
  const [pausing, setPausing] = useState<ObjectId>()
  return (
    <>
      <ActButton instance={instance} onPause={setPausing} />
      {pausing !== undefined && (
        <StopDialog instance={instance} principalId={pausing} act="pause" onClose={() => setPausing(undefined)} />
      )}
    </>
  )
}

function ActButton({ instance, onPause }: { instance: InstanceSummary; onPause: (principalId: ObjectId) => void }) {
  const act = useIdentityAct()
  const refusal = useRefusal('identities.write')
  const { identity, restorable, health } = instance
  const run = (name: 'resume' | 'restore', principalId: ObjectId) => {
    const onError = (error: Error) =>
      notify('bad', `The identity of ${visibleText(instance.name)} was not ${name}d`, problemOf(error).detail)
    act.mutateAsync({ act: name, principalId, ifMatch: instance.version }).catch(onError)
  }
  const common = { small: true, busy: act.isPending, disabledReason: refusal } as const
  if (restorable !== null) {
    return (
      <Button
        {...common}
        icon={<ArchiveRestore size={14} aria-hidden />}
        onClick={() => run('restore', restorable.principalId)}
      >
        Restore
      </Button>
    )
  }
  if (identity === null || health.state === 'disabling') return null
  return health.state === 'paused' ? (
    <Button {...common} icon={<Play size={14} aria-hidden />} onClick={() => run('resume', identity.principalId)}>
      Resume
    </Button>
  ) : (
    <Button {...common} icon={<Pause size={14} aria-hidden />} onClick={() => onPause(identity.principalId)}>
      Pause
    </Button>
  )
}
