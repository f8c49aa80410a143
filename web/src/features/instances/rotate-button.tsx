import type { InstanceSummary } from '@signet/shared/api/resources'
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

/** Starts a rotation by hand and leads to its page, where it can be followed. */
export function RotateButton({ instance: { identity, name } }: { instance: InstanceSummary }) {
  const [asked, setAsked] = useState<ObjectId>()
  const refusal = useRefusal('rotations.write')
  const reason = refusal ?? (identity === null ? 'The identity is off.' : undefined)
  return (
    <>
      <Button
        icon={<RefreshCw size={14} aria-hidden />}
        disabledReason={reason}
        onClick={() => setAsked(identity?.principalId)}
      >
        Rotate now
      </Button>
      {asked !== undefined && (
        <RotateDialog principalId={asked} name={name} refusal={reason} onClose={() => setAsked(undefined)} />
      )}
    </>
  )
}

interface RotateDialogProps {
  principalId: ObjectId
  name: string
  refusal: string | undefined
  onClose: () => void
}

function RotateDialog({ principalId, name, refusal, onClose }: RotateDialogProps) {
  const [overlap, setOverlap] = useState<OverlapChoice>('policy')
  const router = useRouter()
  const act = useAskedAct({
    mutation: useRotateNow(),
    wishOf: (reason) => ({ principalId, reason, overlap }),
    onDone: (run) => void router.navigate({ to: '/rotations/$runId', params: { runId: run.id } }),
  })
  return (
    <>
      <ReasonDialog
        open
        title={`Rotate the certificate of ${visibleText(name)}?`}
        confirmLabel="Rotate now"
        busy={act.isPending}
        disabledReason={refusal}
        problem={act.problem}
        onConfirm={act.run}
        onClose={onClose}
      >
        <p>{rotateNowWords}</p>
        <Windows principalId={principalId} />
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
