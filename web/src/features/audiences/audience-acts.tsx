import type { Audience } from '@signet/shared/api/audiences'
import { useNavigate } from '@tanstack/react-router'
import { CircleOff, Pencil, Play, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { problemOf } from '../../api/api-error.ts'
import { useAskedAct } from '../../api/asked-act.ts'
import { useRefusal } from '../../api/session.ts'
import { StopQuestion } from '../../ui/asked-dialogs.tsx'
import { Button } from '../../ui/button.tsx'
import { notify } from '../../ui/toaster.tsx'
import { visibleText } from '../../ui/visible-text.ts'
import { ChangeAudienceDialog } from './audience-dialogs.tsx'
import { useAudienceAct } from './audiences-queries.ts'

/** What can be done with an audience in the state it is in. */
export function AudienceActs({ audience }: { audience: Audience }) {
  const [asking, setAsking] = useState<'change' | 'disable' | 'remove'>()
  const refusal = useRefusal('audiences.write')
  const close = () => setAsking(undefined)
  return (
    <>
      <Button icon={<Pencil size={14} aria-hidden />} disabledReason={refusal} onClick={() => setAsking('change')}>
        Change
      </Button>
      {audience.enabled ? (
        <Button
          icon={<CircleOff size={14} aria-hidden />}
          disabledReason={refusal}
          onClick={() => setAsking('disable')}
        >
          Disable
        </Button>
      ) : (
        <EnableButton audience={audience} />
      )}
      <Button
        icon={<Trash2 size={14} aria-hidden />}
        disabledReason={refusal ?? removalObstacle(audience)}
        onClick={() => setAsking('remove')}
      >
        Remove
      </Button>
      {asking === 'change' && <ChangeAudienceDialog audience={audience} onClose={close} />}
      {(asking === 'disable' || asking === 'remove') && (
        <StopAudienceDialog audience={audience} act={asking} onClose={close} />
      )}
    </>
  )
}

function removalObstacle({ builtIn, assignments }: Audience): string | undefined {
  if (builtIn) return 'It comes with Signet. It can be disabled.'
  return assignments > 0 ? 'Its roles are assigned. Unassign them first.' : undefined
}

function EnableButton({ audience }: { audience: Audience }) {
  const act = useAudienceAct(audience)
  const refusal = useRefusal('audiences.write')
  const enable = () =>
    act.mutate(
      { act: 'enable', reason: '' },
      { onError: (error) => notify('bad', `${visibleText(audience.name)} was not enabled`, problemOf(error).detail) },
    )
  return (
    <Button icon={<Play size={14} aria-hidden />} busy={act.isPending} disabledReason={refusal} onClick={enable}>
      Enable
    </Button>
  )
}

interface StopAudienceDialogProps {
  audience: Audience
  act: 'disable' | 'remove'
  onClose: () => void
}

function StopAudienceDialog({ audience, act: kind, onClose }: StopAudienceDialogProps) {
  const refusal = useRefusal('audiences.write')
  const navigate = useNavigate()
  const name = visibleText(audience.name)
  const act = useAskedAct({
    mutation: useAudienceAct(audience),
    wishOf: (reason) => ({ act: kind, reason }),
    onDone: () => {
      notify('ok', kind === 'disable' ? `${name} is disabled` : `${name} is removed`)
      onClose()
      if (kind === 'remove') void navigate({ to: '/audiences' })
    },
  })
  return (
    <StopQuestion
      act={act}
      title={kind === 'disable' ? `Disable ${name}?` : `Remove ${name}?`}
      confirmLabel={kind === 'disable' ? 'Disable' : 'Remove'}
      name={kind === 'disable' ? name : undefined}
      refusal={refusal}
      onClose={onClose}
    >
      <p>
        No token for <code>{visibleText(audience.uri)}</code> is issued from now on: whoever asks for one is refused.
        Tokens that are out stay valid until they expire.
      </p>
      <p>
        {kind === 'disable'
          ? `Its roles and ${audience.assignments === 1 ? 'the one assignment' : `all ${audience.assignments} assignments`} stay. Enable undoes it.`
          : 'This cannot be taken back. Registering it again gives it another application ID.'}
      </p>
    </StopQuestion>
  )
}
