import { type BulkKind, type BulkList, bulkPermission, type Job } from '@signet/shared/api/bulk'
import { useRouter } from '@tanstack/react-router'
import { useState } from 'react'
import { useRefusal } from '../../api/session.ts'
import { bulkWords } from '../../api/words.ts'
import { Button } from '../../ui/button.tsx'
import type { SelectedRows } from '../../ui/list-selection.tsx'
import { BulkPreviewDialog } from './bulk-preview-dialog.tsx'

/** The acts that a list offers, in this order. A deleted thing is in a list only where the filter asks for it. */
const kinds: Record<BulkList, readonly BulkKind[]> = {
  instances: ['turn-on', 'pause', 'resume', 'turn-off', 'tag', 'attach', 'detach'],
  identities: ['pause', 'resume', 'delete', 'restore'],
  applications: ['pause', 'resume', 'delete', 'restore'],
  audiences: ['enable', 'disable', 'delete'],
}

/** Acts whose dialog asks for more than a look at what would happen, or that others will feel. */
const asking: ReadonlySet<BulkKind> = new Set(['turn-off', 'tag', 'attach', 'detach', 'delete', 'disable'])

/** What can be done with all selected rows of a list at once: each act shows first what it would do. */
export function BulkActions({ list, selection, count, refusal, onDone }: SelectedRows & { list: BulkList }) {
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
      {kinds[list].map((each) => (
        <ActButton key={each} list={list} kind={each} refusal={refusal} onClick={() => setKind(each)} />
      ))}
      {kind !== undefined && (
        <BulkPreviewDialog
          list={list}
          kind={kind}
          selection={'q' in selection ? selection : { ids: [...selection.ids] }}
          count={count}
          onDone={done}
        />
      )}
    </>
  )
}

interface ActButtonProps {
  list: BulkList
  kind: BulkKind
  refusal: string | undefined
  onClick: () => void
}

function ActButton({ list, kind, refusal, onClick }: ActButtonProps) {
  const mayBulk = useRefusal('bulk.write')
  const mayAct = useRefusal(bulkPermission(list, kind))
  return (
    <Button small disabledReason={mayBulk ?? mayAct ?? refusal} onClick={onClick}>
      {bulkWords[kind]}
      {asking.has(kind) && '…'}
    </Button>
  )
}
