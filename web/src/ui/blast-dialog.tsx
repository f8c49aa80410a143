import { Dialog as Base } from '@base-ui/react/dialog'
import { type ReactNode, useRef, useState } from 'react'
import styles from './blast-dialog.module.css'
import { Button } from './button.tsx'
import dialog from './dialog.module.css'
import { DialogActions } from './dialog.tsx'
import { Field, TextInput } from './form.tsx'
import { ReasonField } from './reason-field.tsx'

interface BlastDialogProps {
  open: boolean
  title: ReactNode
  /** What depends on it, and what will happen. */
  children: ReactNode
  confirmLabel: string
  /** What has to be typed before it can be confirmed; undefined when nothing has. */
  name: string | undefined
  /** What it would do is not known yet: it cannot be confirmed. */
  loading: boolean
  busy: boolean
  /** Somebody has to say why. */
  needsReason?: boolean | undefined
  /** Why it cannot be confirmed at the moment. */
  disabledReason?: string | undefined
  onConfirm: (reason: string) => void
  onClose: () => void
}

/** Asks before an act that others will feel. The focus starts on Cancel and Enter in a field does nothing. */
export function BlastDialog(props: BlastDialogProps) {
  const cancel = useRef<HTMLButtonElement>(null)
  return (
    <Base.Root open={props.open} onOpenChange={(next) => !next && props.onClose()}>
      <Base.Portal>
        <Base.Backdrop className={dialog['backdrop']} />
        <Base.Popup className={dialog['popup']} role="alertdialog" initialFocus={cancel}>
          <Base.Title className={dialog['title']}>{props.title}</Base.Title>
          <Base.Description render={<div className={dialog['description']} />}>{props.children}</Base.Description>
          <Confirmation {...props} cancel={cancel} />
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  )
}

function Confirmation(props: BlastDialogProps & { cancel: React.RefObject<HTMLButtonElement | null> }) {
  const [typed, setTyped] = useState('')
  const [reason, setReason] = useState('')
  const isNamed = props.name === undefined || typed.trim().toLowerCase() === props.name.toLowerCase()
  const isExplained = props.needsReason !== true || reason.trim() !== ''
  const unanswered = isNamed ? (isExplained ? undefined : 'Give a reason first.') : 'Type the name first.'
  const notYet = props.loading ? 'What depends on it is being looked up.' : unanswered
  const missing = props.disabledReason ?? notYet
  return (
    <>
      <div className={styles['fields']}>
        {props.name !== undefined && (
          <Field label={`Type ${props.name} to confirm`}>
            {(control) => <TextInput {...control} value={typed} onChange={(event) => setTyped(event.target.value)} />}
          </Field>
        )}
        <ReasonField reason={reason} onChange={setReason} required={props.needsReason} />
      </div>
      <DialogActions>
        <Button ref={props.cancel} onClick={props.onClose}>
          Cancel
        </Button>
        <Button kind="danger" busy={props.busy} disabledReason={missing} onClick={() => props.onConfirm(reason.trim())}>
          {props.confirmLabel}
        </Button>
      </DialogActions>
    </>
  )
}
