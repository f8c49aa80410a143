import type { RotationSummary } from '@signet/shared/api/rotation'
import { useRouter } from '@tanstack/react-router'
import { RefreshCw } from 'lucide-react'
import { useState } from 'react'
import { problemOf } from '../../api/api-error.ts'
import { useRotateNow } from '../../api/rotate-now.ts'
import { useRefusal } from '../../api/session.ts'
import { rotateNowWords } from '../../api/words.ts'
import { Button } from '../../ui/button.tsx'
import { ReasonDialog } from '../../ui/reason-dialog.tsx'
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
  const rotate = useRotateNow()
  const router = useRouter()
  const refusal = useRefusal('rotations.write')
  const close = () => {
    rotate.reset()
    onClose()
  }
  const confirm = (reason: string) =>
    rotate.mutate(
      { principalId: run.principalId, reason },
      {
        onSuccess: (started) => {
          close()
          return router.navigate({ to: '/rotations/$runId', params: { runId: started.id } })
        },
      },
    )
  return (
    <ReasonDialog
      open={open}
      title={`Rotate the certificate of ${visibleText(run.instance?.name ?? run.principalName)}?`}
      confirmLabel="Rotate now"
      busy={rotate.isPending}
      disabledReason={refusal}
      problem={rotate.error === null ? null : problemOf(rotate.error)}
      onConfirm={confirm}
      onClose={close}
    >
      <p>{rotateNowWords}</p>
    </ReasonDialog>
  )
}
