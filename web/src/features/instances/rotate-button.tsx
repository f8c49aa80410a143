import type { InstanceSummary } from '@signet/shared/api/resources'
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

/** Starts a rotation by hand and leads to its page, where it can be followed. */
export function RotateButton({ instance }: { instance: InstanceSummary }) {
  const [asking, setAsking] = useState(false)
  const rotate = useRotateNow()
  const router = useRouter()
  const refusal = useRefusal('rotations.write')
  const { identity } = instance
  const reason = refusal ?? (identity === null ? 'The identity is off.' : undefined)
  const confirm = (why: string) => {
    if (identity === null) return
    rotate.mutate(
      { principalId: identity.principalId, reason: why },
      { onSuccess: (run) => router.navigate({ to: '/rotations/$runId', params: { runId: run.id } }) },
    )
  }
  return (
    <>
      <Button
        icon={<RefreshCw size={14} aria-hidden />}
        disabledReason={reason}
        onClick={() => {
          rotate.reset()
          setAsking(true)
        }}
      >
        Rotate now
      </Button>
      <ReasonDialog
        open={asking}
        title={`Rotate the certificate of ${visibleText(instance.name)}?`}
        confirmLabel="Rotate now"
        busy={rotate.isPending}
        disabledReason={reason}
        problem={rotate.error === null ? null : problemOf(rotate.error)}
        onConfirm={confirm}
        onClose={() => setAsking(false)}
      >
        <p>{rotateNowWords}</p>
      </ReasonDialog>
    </>
  )
}
