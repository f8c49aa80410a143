import { type FormEvent, type ReactNode, useState } from 'react'
import { Button } from './button.tsx'
import { Dialog, DialogActions } from './dialog.tsx'
import { ErrorPanel } from './error-panel.tsx'
import type { ProblemView } from './problem.ts'
import styles from './reason-dialog.module.css'
import { ReasonField } from './reason-field.tsx'

interface ReasonDialogProps {
  open: boolean
  title: ReactNode
  /** What will happen. */
  children: ReactNode
  confirmLabel: string
  /** Somebody has to say why. */
  needsReason?: boolean | undefined
  busy: boolean
  /** Why it cannot be confirmed at the moment. */
  disabledReason?: string | undefined
  problem: ProblemView | null
  onConfirm: (reason: string) => void
  onClose: () => void
}

/** Asks before an act that cannot do harm, with a reason that goes to the record. */
export function ReasonDialog(props: ReasonDialogProps) {
  return (
    <Dialog open={props.open} onClose={props.onClose} title={props.title}>
      <ReasonForm {...props} />
    </Dialog>
  )
}

function ReasonForm({
  children,
  confirmLabel,
  needsReason,
  busy,
  problem,
  onConfirm,
  onClose,
  ...rest
}: ReasonDialogProps) {
  const [reason, setReason] = useState('')
  const unanswered = needsReason === true && reason.trim() === '' ? 'Give a reason first.' : undefined
  const disabledReason = rest.disabledReason ?? unanswered
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!busy && disabledReason === undefined) onConfirm(reason.trim())
  }
  return (
    <form onSubmit={submit} className={styles['form']}>
      {children}
      <ReasonField reason={reason} onChange={setReason} required={needsReason} />
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
