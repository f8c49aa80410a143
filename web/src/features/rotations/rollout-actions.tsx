import type { RolloutDetail } from '@signet/shared/api/rollouts'
import { Pause, Play, Undo2, X } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { problemOf } from '../../api/api-error.ts'
import { useRefusal } from '../../api/session.ts'
import { Button } from '../../ui/button.tsx'
import { Field, Select } from '../../ui/form.tsx'
import { ReasonDialog } from '../../ui/reason-dialog.tsx'
import { isOpen, type RolloutWishOf, useRolloutCommand } from './rollout-queries.ts'
import { counted } from './rollout-words.ts'

type Act = RolloutWishOf['command']

const labels: Record<Act, string> = {
  pause: 'Pause',
  resume: 'Resume',
  cancel: 'Cancel the rest',
  rollBack: 'Roll back',
}

/** What can be done about a rollout in its state; each asks for a reason first. */
export function RolloutActions({ rollout }: { rollout: RolloutDetail }) {
  const [act, setAct] = useState<Act>()
  const [retry, setRetry] = useState<'retry' | 'skip'>('retry')
  const [wave, setWave] = useState('all')
  const command = useRolloutCommand()
  const refusal = useRefusal('rotations.write')
  const { state, reversible } = rollout
  const close = () => {
    setAct(undefined)
    command.reset()
  }
  const confirm = (reason: string) => {
    if (act === undefined) return
    const wish: RolloutWishOf =
      act === 'resume'
        ? { command: act, reason, retry: canRetry(rollout) && retry === 'retry' }
        : act === 'rollBack'
          ? { command: act, reason, wave: wave === 'all' ? undefined : Number(wave) }
          : { command: act, reason }
    command.mutate({ id: rollout.id, wish }, { onSuccess: close })
  }
  const button = (name: Act, icon: ReactNode) => (
    <Button
      icon={icon}
      disabledReason={refusal ?? (name === 'resume' ? waitOf(rollout) : undefined)}
      onClick={() => setAct(name)}
    >
      {labels[name]}
      {name === 'rollBack' && '…'}
    </Button>
  )
  return (
    <>
      {state === 'running' && button('pause', <Pause size={14} aria-hidden />)}
      {(state === 'paused' || state === 'halted') && button('resume', <Play size={14} aria-hidden />)}
      {isOpen(rollout) && button('cancel', <X size={14} aria-hidden />)}
      {reversible > 0 && button('rollBack', <Undo2 size={14} aria-hidden />)}
      <ReasonDialog
        open={act !== undefined}
        title={act === undefined ? '' : titleOf(act, rollout)}
        confirmLabel={labels[act ?? 'pause']}
        busy={command.isPending}
        disabledReason={refusal}
        problem={command.error === null ? null : problemOf(command.error)}
        onConfirm={confirm}
        onClose={close}
      >
        {act !== undefined && <p>{consequences[act]}</p>}
        {act === 'resume' && canRetry(rollout) && (
          <Field label="What has failed or was rolled back">
            {(control) => <Select {...control} value={retry} choices={retryChoices} onChange={setRetry} />}
          </Field>
        )}
        {act === 'rollBack' && (
          <Field label="Which">
            {(control) => <Select {...control} value={wave} choices={waveChoices(rollout)} onChange={setWave} />}
          </Field>
        )}
      </ReasonDialog>
    </>
  )
}

function canRetry({ counts }: RolloutDetail): boolean {
  return (counts.failed ?? 0) + (counts['rolled-back'] ?? 0) > 0
}

/** Why it cannot be resumed yet. */
function waitOf({ counts: { returning = 0 } }: RolloutDetail): string | undefined {
  return returning > 0 ? `${counted(returning, 'old certificate')} still to be put back` : undefined
}

const retryChoices = [
  { value: 'retry', label: 'Rotate again, in its wave' },
  { value: 'skip', label: 'Leave as it is' },
] as const

function waveChoices({ byWave }: RolloutDetail) {
  const begun = byWave.filter(({ counts }) => (counts.activated ?? 0) > 0)
  return [
    { value: 'all', label: 'Every wave' },
    ...begun.map(({ wave, counts }) => ({
      value: String(wave),
      label: `Wave ${wave}: ${counts.activated ?? 0} in use`,
    })),
  ]
}

function titleOf(act: Act, rollout: RolloutDetail): string {
  if (act === 'rollBack') return `Roll back ${counted(rollout.reversible, 'certificate')}?`
  return act === 'cancel' ? 'Cancel what waits?' : `${labels[act]} the rollout?`
}

const consequences: Record<Act, string> = {
  pause: 'No further wave begins. The one under way goes on to its end.',
  resume: 'The next wave begins in its turn. Failures up to now no longer count towards the limit.',
  cancel: 'What waits is left as it is, for good. The wave under way goes on to its end.',
  rollBack:
    'Where the old certificate is still accepted it is put back to use, and the new one is revoked. A rollout that runs is paused.',
}
