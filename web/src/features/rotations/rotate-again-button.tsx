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
export function RotateAgainButton({ run, small = false }: { run: RotationSummary; small?: boolean }) {
  const [asking, setAsking] = useState(false)
  const rotate = useRotateNow()
  const router = useRouter()
  const refusal = useRefusal('rotations.write')
  if (run.instance === null) return null
  const name = visibleText(run.instance.name)
  const confirm = (reason: string) =>
    rotate.mutate(
      { principalId: run.principalId, reason },
      {
        onSuccess: (started) => {
          setAsking(false)
          return router.navigate({ to: '/rotations/$runId', params: { runId: started.id } })
        },
      },
    )
  return (
    <>
      <Button
        small={small}
        kind={small ? 'quiet' : 'default'}
        icon={<RefreshCw size={14} aria-hidden />}
        aria-label={small ? `Rotate now: ${name}` : undefined}
        disabledReason={refusal}
        onClick={() => {
          rotate.reset()
          setAsking(true)
        }}
      >
        Rotate now
      </Button>
      <ReasonDialog
        open={asking}
        title={`Rotate the certificate of ${name}?`}
        confirmLabel="Rotate now"
        busy={rotate.isPending}
        disabledReason={refusal}
        problem={rotate.error === null ? null : problemOf(rotate.error)}
        onConfirm={confirm}
        onClose={() => setAsking(false)}
      >
        <p>{rotateNowWords}</p>
      </ReasonDialog>
    </>
  )
}
