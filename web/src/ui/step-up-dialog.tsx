import { type FormEvent, useState } from 'react'
import { Button } from './button.tsx'
import { Dialog, DialogActions } from './dialog.tsx'
import { ErrorPanel } from './error-panel.tsx'
import { Field, TextInput } from './form.tsx'
import type { ProblemView } from './problem.ts'
import styles from './step-up-dialog.module.css'

const shortestCode = 16

interface StepUp {
  readonly submit: (code: string) => void
  readonly isPending: boolean
  /** The code was wrong, spent or expired. */
  readonly isRefused: boolean
  readonly problem: ProblemView | null
  readonly reset: () => void
}

/** Asks for a fresh one-time code before something that needs one (SEC-22). */
export function StepUpDialog({ open, stepUp, onClose }: { open: boolean; stepUp: StepUp; onClose: () => void }) {
  const close = () => {
    stepUp.reset()
    onClose()
  }
  return (
    <Dialog
      open={open}
      onClose={close}
      title="Confirm that it is you"
      description={
        <>
          Run <code>signet operator recover</code> on the server’s host and enter the fresh one-time code. It lasts for
          5 minutes.
        </>
      }
    >
      <StepUpForm stepUp={stepUp} onClose={close} />
    </Dialog>
  )
}

function StepUpForm({ stepUp, onClose }: { stepUp: StepUp; onClose: () => void }) {
  const [code, setCode] = useState('')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const trimmed = code.trim()
    if (trimmed.length >= shortestCode && !stepUp.isPending) stepUp.submit(trimmed)
  }
  return (
    <form onSubmit={submit} className={styles['form']}>
      <Field
        label="One-time code"
        error={stepUp.isRefused ? 'The code is wrong, already used or expired. Make a fresh one.' : undefined}
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
      {stepUp.problem !== null && <ErrorPanel problem={stepUp.problem} />}
      <DialogActions>
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" kind="primary" busy={stepUp.isPending}>
          Confirm
        </Button>
      </DialogActions>
    </form>
  )
}
