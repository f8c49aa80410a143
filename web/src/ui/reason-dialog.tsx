import { type FormEvent, type ReactNode, useState } from 'react'
import { Button } from './button.tsx'
import { Dialog, DialogActions } from './dialog.tsx'
import { ErrorPanel } from './error-panel.tsx'
import { Field, TextInput } from './form.tsx'
import type { ProblemView } from './problem.ts'
import styles from './reason-dialog.module.css'

interface ReasonDialogProps {
  open: boolean
  title: ReactNode
  /** What will happen. */
  children: ReactNode
  confirmLabel: string
  busy: boolean
  /** Why it cannot be confirmed at the moment. */
  disabledReason?: string | undefined
  problem: ProblemView | null
  onConfirm: (reason: string) => void
  onClose: () => void
}

const maxReason = 200

/** Asks before an act that cannot do harm, with an optional reason that goes to the record. */
export function ReasonDialog(props: ReasonDialogProps) {
  return (
    <Dialog open={props.open} onClose={props.onClose} title={props.title}>
      <ReasonForm {...props} />
    </Dialog>
  )
}

function ReasonForm({ children, confirmLabel, busy, disabledReason, problem, onConfirm, onClose }: ReasonDialogProps) {
  const [reason, setReason] = useState('')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!busy && disabledReason === undefined) onConfirm(reason.trim())
  }
  return (
    <form onSubmit={submit} className={styles['form']}>
      {children}
      <Field label="Reason (optional)" hint="Goes to the audit log.">
        {(control) => (
          <TextInput {...control} value={reason} maxLength={maxReason} onChange={(e) => setReason(e.target.value)} />
        )}
      </Field>
      {problem !== null && <ErrorPanel problem={problem} />}
      <DialogActions>
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" kind="primary" busy={busy} disabledReason={disabledReason}>
          {confirmLabel}
        </Button>
      </DialogActions>
    </form>
  )
}
