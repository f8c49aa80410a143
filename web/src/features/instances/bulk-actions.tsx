import { type BulkKind, type BulkSelection, bulkPermission, type Job } from '@signet/shared/api/bulk'
import { InstanceId } from '@signet/shared/vocabulary/identifiers'
import { useRouter } from '@tanstack/react-router'
import { useState } from 'react'
import { useRefusal } from '../../api/session.ts'
import { bulkWords } from '../../api/words.ts'
import { Button } from '../../ui/button.tsx'
import type { SelectedRows } from '../../ui/list-selection.tsx'
import { BulkPreviewDialog } from './bulk-preview-dialog.tsx'

const kinds = ['turn-on', 'pause', 'resume', 'turn-off', 'rotate', 'tag'] as const satisfies readonly BulkKind[]

/** What can be done with all selected instances at once: each act shows first what it would do. */
export function BulkActions({ selection, count, refusal, onDone }: SelectedRows) {
  const [kind, setKind] = useState<BulkKind>()
  const router = useRouter()
  const done = (job: Job | undefined) => {
    setKind(undefined)
    if (job === undefined) return
    onDone()
    void router.navigate({ to: '/jobs/$jobId', params: { jobId: job.id } })
  }
  return (
    <>
      {kinds.map((each) => (
        <ActButton key={each} kind={each} refusal={refusal} onClick={() => setKind(each)} />
      ))}
      {kind !== undefined && (
        <BulkPreviewDialog kind={kind} selection={bulkSelectionOf(selection)} count={count} onDone={done} />
      )}
    </>
  )
}

function ActButton(props: { kind: BulkKind; refusal: string | undefined; onClick: () => void }) {
  const mayBulk = useRefusal('bulk.write')
  const mayAct = useRefusal(bulkPermission('instances', props.kind))
  const asks = props.kind === 'turn-off' || props.kind === 'tag' || props.kind === 'rotate'
  return (
    <Button small disabledReason={mayBulk ?? mayAct ?? props.refusal} onClick={props.onClick}>
      {bulkWords[props.kind].act}
      {asks && '…'}
    </Button>
  )
}

function bulkSelectionOf(selection: SelectedRows['selection']): BulkSelection {
  return 'q' in selection ? selection : { ids: selection.ids.map((id) => InstanceId.parse(id)) }
}
