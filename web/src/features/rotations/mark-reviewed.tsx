import { mostReviewed, rotationApi } from '@signet/shared/api/rotation'
import { RunId } from '@signet/shared/vocabulary/identifiers'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { ClipboardCheck } from 'lucide-react'
import { useState } from 'react'
import { useAskedAct } from '../../api/asked-act.ts'
import { call } from '../../api/client.ts'
import type { QueryRoot } from '../../api/query-roots.ts'
import { useRefusal } from '../../api/session.ts'
import { Button } from '../../ui/button.tsx'
import { ReasonDialog } from '../../ui/reason-dialog.tsx'
import { notify } from '../../ui/toaster.tsx'

const rotations: QueryRoot = 'rotations'
const countWords = (count: number) => (count === 1 ? '1 rotation' : `${count} rotations`)

interface MarkReviewedProps {
  runIds: readonly string[]
  small?: boolean
  onDone?: () => void
}

/** Says that somebody looked at rotations. It cannot be taken back, so it asks. */
export function MarkReviewed({ runIds, small = false, onDone }: MarkReviewedProps) {
  const [asking, setAsking] = useState(false)
  const refusal = useRefusal('rotations.review')
  const tooMany = runIds.length > mostReviewed ? `At most ${mostReviewed} can be marked at once.` : undefined
  return (
    <>
      <Button
        small={small}
        icon={<ClipboardCheck size={14} aria-hidden />}
        disabledReason={refusal ?? tooMany}
        onClick={() => setAsking(true)}
      >
        Mark reviewed…
      </Button>
      {asking && <ReviewQuestion runIds={runIds} onClose={() => setAsking(false)} onDone={onDone} />}
    </>
  )
}

interface ReviewQuestionProps {
  runIds: readonly string[]
  onClose: () => void
  onDone: (() => void) | undefined
}

function ReviewQuestion({ runIds, onClose, onDone }: ReviewQuestionProps) {
  const client = useQueryClient()
  const refusal = useRefusal('rotations.review')
  const act = useAskedAct({
    mutation: useMutation({
      mutationFn: (reason: string) =>
        call(rotationApi.review)({
          body: { runIds: runIds.map((id) => RunId.parse(id)), ...(reason !== '' && { reason }) },
        }),
      onSettled: () => client.invalidateQueries({ queryKey: [rotations] }),
    }),
    wishOf: (reason) => reason,
    onDone: ({ reviewed }) => {
      notify('ok', `${countWords(reviewed)} marked as reviewed`)
      onClose()
      onDone?.()
    },
  })
  return (
    <ReasonDialog
      open
      title={`Mark ${countWords(runIds.length)} as reviewed?`}
      confirmLabel="Mark reviewed"
      busy={act.isPending}
      disabledReason={refusal}
      problem={act.problem}
      onConfirm={act.run}
      onClose={onClose}
    >
      <p>
        Your name and the time stand beside them from then on, and in the audit log. What is still under way, or was
        reviewed before, stays as it is.
      </p>
    </ReasonDialog>
  )
}
