import type { RotationSummary } from '@signet/shared/api/rotation'
import { dayMs } from '@signet/shared/vocabulary/time'
import { Hourglass, Trash2, Undo2 } from 'lucide-react'
import { useState } from 'react'
import { useAskedAct } from '../../api/asked-act.ts'
import { useKeepLonger, useRetireNow, useRollBack } from '../../api/rotation-acts.ts'
import { useRefusal } from '../../api/session.ts'
import { StopQuestion } from '../../ui/asked-dialogs.tsx'
import { Button } from '../../ui/button.tsx'
import { Field, Select } from '../../ui/form.tsx'
import { useNow } from '../../ui/now.ts'
import { ReasonDialog } from '../../ui/reason-dialog.tsx'
import { ExactTime, RelativeTime } from '../../ui/relative-time.tsx'
import { notify } from '../../ui/toaster.tsx'

interface DialogProps {
  run: RotationSummary
  onClose: () => void
}

const dialogs = { 'roll-back': RollBackDialog, keep: KeepDialog, retire: RetireDialog } as const

/** What can be done while both certificates are accepted; nothing before and after. */
export function OverlapActs({ run }: { run: RotationSummary }) {
  const [asked, setAsked] = useState<keyof typeof dialogs>()
  const refusal = useRefusal('rotations.write')
  const now = useNow('slow')
  const isOverlap = run.state === 'activated' && run.from?.state === 'retiring' && (run.overlapUntil ?? 0) > now
  const Dialog = asked === undefined ? undefined : dialogs[asked]
  return (
    <>
      {isOverlap && (
        <>
          <Button icon={<Undo2 size={14} aria-hidden />} disabledReason={refusal} onClick={() => setAsked('roll-back')}>
            Roll back…
          </Button>
          <Button icon={<Hourglass size={14} aria-hidden />} disabledReason={refusal} onClick={() => setAsked('keep')}>
            Keep old longer…
          </Button>
          <Button icon={<Trash2 size={14} aria-hidden />} disabledReason={refusal} onClick={() => setAsked('retire')}>
            Retire old now…
          </Button>
        </>
      )}
      {Dialog !== undefined && <Dialog run={run} onClose={() => setAsked(undefined)} />}
    </>
  )
}

function RollBackDialog({ run, onClose }: DialogProps) {
  const refusal = useRefusal('rotations.write')
  const act = useAskedAct({
    mutation: useRollBack(),
    wishOf: (reason) => ({ runId: run.id, reason }),
    onDone: () => {
      notify('ok', 'Rolled back', 'The old certificate is in use again.')
      onClose()
    },
  })
  return (
    <StopQuestion
      act={act}
      title="Roll back to the old certificate?"
      confirmLabel="Roll back"
      refusal={refusal}
      onClose={onClose}
    >
      <p>
        The old certificate <code className="mono">{run.from?.thumbprint.slice(0, 8)}</code> is in use again at once,
        until its own end. The new one <code className="mono">{run.to?.thumbprint.slice(0, 8)}</code> is revoked and
        never comes back.
      </p>
      <p>
        The agent holds the old key still and goes on without a pause; tokens that are out stay valid. One that is not
        connected hears of it when it is. The next rotation is a day away.
      </p>
    </StopQuestion>
  )
}

function RetireDialog({ run, onClose }: DialogProps) {
  const refusal = useRefusal('rotations.write')
  const act = useAskedAct({
    mutation: useRetireNow(),
    wishOf: (reason) => ({ runId: run.id, reason }),
    onDone: onClose,
  })
  return (
    <StopQuestion
      act={act}
      title="Retire the old certificate now?"
      confirmLabel="Retire now"
      refusal={refusal}
      onClose={onClose}
    >
      <p>
        It is refused from now on, and there is nothing to roll back to. By itself it would retire{' '}
        {run.overlapUntil !== null && <RelativeTime at={run.overlapUntil} />}.
      </p>
      {run.to?.firstUsedAt === null ? (
        <p className="warn">No token was had with the new certificate yet: nobody knows that it works.</p>
      ) : (
        run.from?.lastUsedAt !== null &&
        run.from !== null && (
          <p>
            The old one was last used <RelativeTime at={run.from.lastUsedAt} />.
          </p>
        )
      )}
    </StopQuestion>
  )
}

const stretches = [
  { value: '1', label: '1 more day', days: 1 },
  { value: '3', label: '3 more days', days: 3 },
  { value: '7', label: '7 more days', days: 7 },
  { value: '29', label: 'As long as it may be', days: 30 },
] as const

function KeepDialog({ run, onClose }: DialogProps) {
  const [stretch, setStretch] = useState<(typeof stretches)[number]['value']>('1')
  const refusal = useRefusal('rotations.write')
  const until = keptUntil(run, stretches.find(({ value }) => value === stretch)?.days ?? 1)
  const act = useAskedAct({
    mutation: useKeepLonger(),
    wishOf: (reason) => ({ runId: run.id, reason, until }),
    onDone: onClose,
  })
  return (
    <ReasonDialog
      open
      title="Keep the old certificate longer?"
      confirmLabel="Keep longer"
      busy={act.isPending}
      disabledReason={refusal ?? (until <= (run.overlapUntil ?? 0) ? 'It may not be kept any longer.' : undefined)}
      problem={act.problem}
      onConfirm={act.run}
      onClose={onClose}
    >
      <p>Both certificates go on being accepted, and the rotation can be rolled back for as long.</p>
      <Field label="How much longer">
        {(control) => <Select {...control} value={stretch} choices={stretches} onChange={setStretch} />}
      </Field>
      <p>
        Accepted until <ExactTime at={until} />, never past its own end or 30 days after it was superseded.
      </p>
    </ReasonDialog>
  )
}

/** The longest the server allows bounds what was asked for. */
export function keptUntil(
  { overlapUntil, activatedAt, from }: Pick<RotationSummary, 'overlapUntil' | 'activatedAt' | 'from'>,
  days: number,
): number {
  const wanted = (overlapUntil ?? 0) + days * dayMs
  return Math.min(wanted, from?.notAfter ?? wanted, (activatedAt ?? 0) + 30 * dayMs)
}
