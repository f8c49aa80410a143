import { type FormEvent, useState } from 'react'
import { hasCode, problemOf } from '../../api/api-error.ts'
import { useStepUp } from '../../api/step-up.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog, DialogActions } from '../../ui/dialog.tsx'
import { ErrorPanel } from '../../ui/error-panel.tsx'
import { Field, TextInput } from '../../ui/form.tsx'
import styles from './token-test.module.css'

const shortestCode = 16

/** Asks for a fresh one-time code before something that needs one (SEC-22). */
export function StepUpDialog(props: { open: boolean; onConfirmed: () => void; onClose: () => void }) {
  return (
    <Dialog
      open={props.open}
      onClose={props.onClose}
      title="Confirm that it is you"
      description={
        <>
          Run <code>signet operator recover</code> on the server’s host and enter the fresh one-time code. It lasts for
          5 minutes.
        </>
      }
    >
      <StepUpForm onConfirmed={props.onConfirmed} onClose={props.onClose} />
    </Dialog>
  )
}

function StepUpForm({ onConfirmed, onClose }: { onConfirmed: () => void; onClose: () => void }) {
  const [code, setCode] = useState('')
  const stepUp = useStepUp()
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const trimmed = code.trim()
    if (trimmed.length >= shortestCode && !stepUp.isPending) stepUp.mutate(trimmed, { onSuccess: onConfirmed })
  }
  const refused = hasCode(stepUp.error, 'code_refused')
  return (
    <form onSubmit={submit} className={styles['step-up']}>
      <Field
        label="One-time code"
        error={refused ? 'The code is wrong, already used or expired. Make a fresh one.' : undefined}
      >
        {(control) => (
          <TextInput
            {...control}
            required
            minLength={shortestCode}
            maxLength={128}
            autoComplete="one-time-code"
            value={code}
            onChange={(event) => setCode(event.target.value)}
          />
        )}
      </Field>
      {stepUp.error !== null && !refused && <ErrorPanel problem={problemOf(stepUp.error)} />}
      <DialogActions>
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" kind="primary" busy={stepUp.isPending}>
          Confirm
        </Button>
      </DialogActions>
    </form>
  )
}
