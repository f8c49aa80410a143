import {
  type BulkKind,
  type BulkList,
  type BulkPreview,
  type BulkSelection,
  type BulkWish,
  bulkPermission,
  type Job,
} from '@signet/shared/api/bulk'
import type { TagChange } from '@signet/shared/api/resources'
import type { ObjectId } from '@signet/shared/vocabulary/identifiers'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { problemOf } from '../../api/api-error.ts'
import { bulkPreviewOptions, useStartBulk } from '../../api/bulk.ts'
import { useRefusal } from '../../api/session.ts'
import { needsStepUp, useStepUpFor } from '../../api/step-up.ts'
import { bulkWords } from '../../api/words.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog, DialogActions } from '../../ui/dialog.tsx'
import { ErrorPanel } from '../../ui/error-panel.tsx'
import { Field, TextInput } from '../../ui/form.tsx'
import { Notice } from '../../ui/notice.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { StepUpDialog } from '../../ui/step-up-dialog.tsx'
import { visibleText } from '../../ui/visible-text.ts'
import { IdentityForm, TagForm } from './bulk-forms.tsx'
import styles from './bulk-preview-dialog.module.css'

const maxReason = 200

interface BulkPreviewDialogProps {
  list: BulkList
  kind: BulkKind
  /** The rows that are selected, or the filter text that all of them match. */
  selection: BulkSelection
  /** How many that is, as far as the list knows. */
  count: number
  /** The job that was started; undefined when it was thought better of. */
  onDone: (job: Job | undefined) => void
}

/** A dry run of an act on many things, then the act. Shown while it is mounted. */
export function BulkPreviewDialog({ list, kind: wanted, selection, count, onDone }: BulkPreviewDialogProps) {
  const [kind, setKind] = useState(wanted)
  const [tags, setTags] = useState<TagChange>()
  const [identity, setIdentity] = useState<ObjectId>()
  const close = () => onDone(undefined)
  const takesIdentity = kind === 'attach' || kind === 'detach'
  return (
    <Dialog open onClose={close} title={`${bulkWords[kind]}: ${count} selected`}>
      {kind === 'tag' && tags === undefined ? (
        <TagForm onTags={setTags} onClose={close} />
      ) : takesIdentity && identity === undefined ? (
        <IdentityForm onIdentity={setIdentity} onClose={close} />
      ) : (
        <PreviewForm
          wish={{ list, kind, selection, ...(tags && { tags }), ...(identity && { identity }) }}
          onRestore={() => setKind('restore')}
          onDone={onDone}
        />
      )}
    </Dialog>
  )
}

interface PreviewFormProps extends Pick<BulkPreviewDialogProps, 'onDone'> {
  wish: BulkWish
  /** Brings back what can be brought back, rather than to turn on. */
  onRestore: () => void
}

function PreviewForm({ wish, onRestore, onDone }: PreviewFormProps) {
  const [reason, setReason] = useState('')
  const preview = useQuery(bulkPreviewOptions(wish))
  const start = useStartBulk()
  const mayBulk = useRefusal('bulk.write')
  const mayKind = useRefusal(bulkPermission(wish.list, wish.kind))
  const act = bulkWords[wish.kind]
  const consequence = consequenceOf(wish)
  const nothing = preview.data?.change === 0 ? 'Nothing would change.' : undefined
  const waiting = preview.data === undefined ? 'The preview is not there yet.' : undefined
  const confirm = () => start.mutate({ ...wish, reason }, { onSuccess: onDone })
  const stepUp = useStepUpFor(start, confirm)
  return (
    <div className={styles['form']}>
      {preview.isPending && <Skeleton lines={3} />}
      {preview.error !== null && (
        <ErrorPanel problem={problemOf(preview.error)} onRetry={() => void preview.refetch()} />
      )}
      {preview.data !== undefined && <Verdicts preview={preview.data} />}
      {consequence !== undefined && <p>{consequence}</p>}
      {preview.data !== undefined && preview.data.restorable > 0 && (
        <Notice tone="warn" title={`The last principal of ${preview.data.restorable} of them can be restored`}>
          <p>Turning on makes new principals with other IDs, and the last ones can no longer be restored.</p>
          <Button small onClick={onRestore}>
            Restore those instead
          </Button>
        </Notice>
      )}
      <Field label="Reason (optional)" hint="Goes to the audit log.">
        {(control) => (
          <TextInput {...control} value={reason} maxLength={maxReason} onChange={(e) => setReason(e.target.value)} />
        )}
      </Field>
      {start.error !== null && !needsStepUp(start.error) && <ErrorPanel problem={problemOf(start.error)} />}
      <DialogActions>
        <Button onClick={() => onDone(undefined)}>Cancel</Button>
        <Button
          kind={(preview.data?.risky ?? 0) > 0 || consequence !== undefined ? 'danger' : 'primary'}
          busy={start.isPending}
          disabledReason={mayBulk ?? mayKind ?? waiting ?? nothing}
          onClick={confirm}
        >
          {act} {preview.data?.change ?? ''}
        </Button>
      </DialogActions>
      <StepUpDialog {...stepUp} />
    </div>
  )
}

/** What others will feel, beyond what the dry run counts. */
function consequenceOf({ list, kind }: BulkWish): string | undefined {
  if (kind === 'disable') return 'No token for them is issued from then on. Enable undoes it.'
  if (kind === 'detach') return 'Code there that asks for the identity is refused from then on.'
  if (kind !== 'delete') return undefined
  return list === 'audiences'
    ? 'No token for them is issued from then on. This cannot be taken back.'
    : 'They are refused at once, and can be restored under the same IDs for 30 days.'
}

const groupsOf = ({ risky }: BulkPreview) =>
  [
    { of: 'risky', title: 'Will change, used in the last 24 hours' },
    { of: 'refused', title: 'Not allowed' },
    { of: 'change', title: risky > 0 ? 'Will change, not used in that time' : 'Will change' },
    { of: 'already', title: 'Need no change' },
  ] as const

function Verdicts({ preview }: { preview: BulkPreview }) {
  const { total, change, already, refused, risky } = preview
  if (total === 0) {
    return (
      <Notice tone="info" title="Nothing is selected">
        <p>Nothing matches any more; change the filter or the selection.</p>
      </Notice>
    )
  }
  return (
    <>
      <p>
        <strong>{change} will change</strong>
        {already > 0 && ` · ${already} need no change`}
        {refused > 0 && ` · ${refused} not allowed`}
      </p>
      {risky > 0 && (
        <Notice tone="warn" title={`${risky} of them got a token in the last 24 hours`}>
          <p>Whatever uses them is refused from then on.</p>
        </Notice>
      )}
      {groupsOf(preview).map(({ of, title }) => {
        const items = preview.examples.filter((item) => (item.risky ? 'risky' : item.verdict) === of)
        return items.length === 0 ? null : (
          <details key={of}>
            <summary>
              {title}: {items.length < 50 ? items.length : 'the first 50'}
            </summary>
            <ul className={styles['examples']}>
              {items.map((item) => (
                <li key={item.id}>
                  {item.name === null ? <code className="mono">{item.id}</code> : visibleText(item.name)}
                  {item.reason !== null && <span className="muted"> {visibleText(item.reason)}</span>}
                </li>
              ))}
            </ul>
          </details>
        )
      })}
    </>
  )
}
