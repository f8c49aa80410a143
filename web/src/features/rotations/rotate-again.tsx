import type { RotationSummary } from '@signet/shared/api/rotation'
import type { OverlapChoice } from '@signet/shared/vocabulary/credential-states'
import type { ObjectId } from '@signet/shared/vocabulary/identifiers'
import { useRouter } from '@tanstack/react-router'
import { RefreshCw } from 'lucide-react'
import { useState } from 'react'
import { useAskedAct } from '../../api/asked-act.ts'
import { useRotateNow } from '../../api/rotate-now.ts'
import { useClosedPolicy } from '../../api/ruling-policies.ts'
import { useRefusal } from '../../api/session.ts'
import { overlapChoices, rotateNowWords } from '../../api/words.ts'
import { Button } from '../../ui/button.tsx'
import { ClosedNote } from '../../ui/closed-note.tsx'
import { OverlapField } from '../../ui/overlap-field.tsx'
import { ReasonDialog } from '../../ui/reason-dialog.tsx'
import { StepUpDialog } from '../../ui/step-up-dialog.tsx'
import { visibleText } from '../../ui/visible-text.ts'

/** Starts another rotation of the identity a run belongs to. */
export function RotateAgainButton({ run }: { run: RotationSummary }) {
  const [asking, setAsking] = useState(false)
  const refusal = useRefusal('rotations.write')
  if (run.instance === null) return null
  return (
    <>
      <Button icon={<RefreshCw size={14} aria-hidden />} disabledReason={refusal} onClick={() => setAsking(true)}>
        Rotate now
      </Button>
      <RotateAgainDialog run={run} open={asking} onClose={() => setAsking(false)} />
    </>
  )
}

interface RotateAgainDialogProps {
  run: RotationSummary
  open: boolean
  onClose: () => void
}

/** Asks before it does, and leads to the new rotation. */
export function RotateAgainDialog({ run, open, onClose }: RotateAgainDialogProps) {
  const [overlap, setOverlap] = useState<OverlapChoice>('policy')
  const router = useRouter()
  const refusal = useRefusal('rotations.write')
  const act = useAskedAct({
    mutation: useRotateNow(),
    wishOf: (reason) => ({ principalId: run.principalId, reason, overlap }),
    onDone: (started) => {
      onClose()
      void router.navigate({ to: '/rotations/$runId', params: { runId: started.id } })
    },
  })
  const close = () => {
    act.reset()
    onClose()
  }
  return (
    <>
      <ReasonDialog
        open={open}
        title={`Rotate the certificate of ${visibleText(run.instance?.name ?? run.principalName)}?`}
        confirmLabel="Rotate now"
        busy={act.isPending}
        disabledReason={refusal}
        problem={act.problem}
        onConfirm={act.run}
        onClose={close}
      >
        <p>{rotateNowWords}</p>
        <Windows principalId={run.principalId} />
        <OverlapField value={overlap} choices={overlapChoices} isNone={overlap === 'none'} onChange={setOverlap} />
      </ReasonDialog>
      <StepUpDialog {...act.stepUp} />
    </>
  )
}

/** Whether now is a time at which the schedule would wait. */
function Windows({ principalId }: { principalId: ObjectId }) {
  const closed = useClosedPolicy(principalId)
  return closed === undefined ? null : <ClosedNote {...closed} />
}
