import type { AuditEvent } from '@signet/shared/api/audit'
import { auditActions } from '@signet/shared/vocabulary/audit-events'
import { useQuery } from '@tanstack/react-query'
import { Undo2 } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { hasCode, problemOf } from '../../api/api-error.ts'
import { useRefusal } from '../../api/session.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog, DialogActions } from '../../ui/dialog.tsx'
import { type Difference, DiffView } from '../../ui/diff-view.tsx'
import { ErrorPanel } from '../../ui/error-panel.tsx'
import { Field, TextInput } from '../../ui/form.tsx'
import { Notice } from '../../ui/notice.tsx'
import { notify } from '../../ui/toaster.tsx'
import styles from './audit.module.css'
import { permissionFor, type Revert, revertOf } from './revert.ts'
import { currentOptions, useRevert } from './revert-act.ts'
import { revertLabels, revertSentence } from './revert-words.ts'

const longestReason = 200

/** Takes an event back, for ever, where it can be taken back; the act is an event of its own. */
export function RevertButton({ event }: { event: AuditEvent }) {
  const revert = revertOf(event)
  return revert === undefined ? null : <Revertible event={event} revert={revert} />
}

function Revertible({ event, revert }: { event: AuditEvent; revert: Revert }) {
  const [asking, setAsking] = useState(false)
  const refusal = useRefusal(permissionFor[revert.kind])
  const title = auditActions[event.action]
  return (
    <div>
      <Button icon={<Undo2 size={14} aria-hidden />} disabledReason={refusal} onClick={() => setAsking(true)}>
        Revert…
      </Button>
      <Dialog open={asking} onClose={() => setAsking(false)} title={`Revert “${title}”?`}>
        <Confirmation event={event} revert={revert} onClose={() => setAsking(false)} />
      </Dialog>
    </div>
  )
}

function Confirmation({ event, revert, onClose }: { event: AuditEvent; revert: Revert; onClose: () => void }) {
  const [reason, setReason] = useState('')
  const current = useQuery(currentOptions(revert))
  const act = useRevert()
  const isStale = hasCode(act.error, 'precondition_failed')
  const obstacle = current.data?.standing.obstacle
  const refusal = useRefusal(permissionFor[revert.kind])
  const unread = current.error === null ? undefined : 'How it stands now could not be read.'
  const submit = (given: FormEvent) => {
    given.preventDefault()
    if (current.data === undefined || current.isFetching || act.isPending || obstacle !== undefined) return
    const done = act.mutateAsync({ revert, version: current.data.version, reason: reason.trim() })
    done.then(
      () => {
        notify('ok', `Reverted: ${auditActions[event.action]}`)
        onClose()
      },
      () => void current.refetch(),
    )
  }
  return (
    <form onSubmit={submit} className={styles['revert']}>
      <p>{revertSentence(revert, event)}</p>
      {isStale && (
        <Notice tone="warn" alert title="It was changed in the meantime">
          <p>Nothing was done. Below is how it stands now; confirm again to go on from there.</p>
        </Notice>
      )}
      {current.error !== null && <ErrorPanel problem={problemOf(current.error)} />}
      {current.data !== undefined && <Differences differences={current.data.standing.differences} />}
      {obstacle !== undefined && (
        <Notice tone="info" title="There is nothing to revert">
          <p>{obstacle}</p>
        </Notice>
      )}
      {takesReason(revert) && (
        <Field label="Reason (optional)" hint="Goes to the audit log.">
          {(control) => (
            <TextInput
              {...control}
              value={reason}
              maxLength={longestReason}
              onChange={({ target }) => setReason(target.value)}
            />
          )}
        </Field>
      )}
      {act.error !== null && !isStale && <ErrorPanel problem={problemOf(act.error)} />}
      <DialogActions>
        <Button onClick={onClose}>Cancel</Button>
        <Button
          type="submit"
          kind={revert.kind === 'turn-off' ? 'danger' : 'primary'}
          busy={act.isPending || current.isFetching}
          disabledReason={obstacle ?? refusal ?? unread}
        >
          {revertLabels[revert.kind]}
        </Button>
      </DialogActions>
    </form>
  )
}

function takesReason({ kind }: Revert): boolean {
  return kind !== 'tags'
}

/** What is no longer as the event left it. */
function Differences({ differences }: { differences: readonly Difference[] }) {
  if (differences.length === 0) return null
  return (
    <Notice tone="warn" title="Changed since this event">
      <DiffView label="Changed values" beforeLabel="Then" afterLabel="Now" differences={differences} />
    </Notice>
  )
}
