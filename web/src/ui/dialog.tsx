import { Dialog as Base } from '@base-ui/react/dialog'
import { type ReactNode, useRef } from 'react'
import { Button } from './button.tsx'
import styles from './dialog.module.css'

interface DialogProps {
  open: boolean
  onClose: () => void
  title: ReactNode
  /** One sentence under the title. */
  description?: ReactNode
  /** For content in columns. */
  wide?: boolean
  children: ReactNode
}

/** A modal dialog; Escape and a click beside it close it, and the focus goes back to where it came from. */
export function Dialog({ open, onClose, title, description, wide = false, children }: DialogProps) {
  return (
    <Base.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Base.Portal>
        <Base.Backdrop className={styles['backdrop']} />
        <Base.Popup className={styles['popup']} data-wide={wide || undefined}>
          <Base.Title className={styles['title']}>{title}</Base.Title>
          {description !== undefined && (
            <Base.Description className={styles['description']}>{description}</Base.Description>
          )}
          {children}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  )
}

export function DialogActions({ children }: { children: ReactNode }) {
  return <div className={styles['actions']}>{children}</div>
}

interface ConfirmDialogProps {
  open: boolean
  title: ReactNode
  /** What will happen. */
  children: ReactNode
  confirmLabel: string
  busy: boolean
  /** Why it cannot be confirmed at the moment. */
  disabledReason?: string | undefined
  onConfirm: () => void
  onClose: () => void
}

/** Asks before something that cannot be taken back. The focus starts on Cancel, so that Enter never confirms. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  const cancel = useRef<HTMLButtonElement>(null)
  return (
    <Base.Root open={props.open} onOpenChange={(next) => !next && props.onClose()}>
      <Base.Portal>
        <Base.Backdrop className={styles['backdrop']} />
        <Base.Popup className={styles['popup']} role="alertdialog" initialFocus={cancel}>
          <Base.Title className={styles['title']}>{props.title}</Base.Title>
          <Base.Description render={<div className={styles['description']} />}>{props.children}</Base.Description>
          <DialogActions>
            <Button ref={cancel} onClick={props.onClose}>
              Cancel
            </Button>
            <Button kind="danger" busy={props.busy} disabledReason={props.disabledReason} onClick={props.onConfirm}>
              {props.confirmLabel}
            </Button>
          </DialogActions>
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  )
}
