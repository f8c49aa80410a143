import { type ApplicationDetail, applicationsApi } from '@signet/shared/api/applications'
import { type FormEvent, useState } from 'react'
import { problemOf } from '../../api/api-error.ts'
import { useRefusal } from '../../api/session.ts'
import { needsStepUp, useStepUpFor } from '../../api/step-up.ts'
import { Button } from '../../ui/button.tsx'
import { CodeBlock } from '../../ui/code-block.tsx'
import { Dialog, DialogActions } from '../../ui/dialog.tsx'
import { DurationField } from '../../ui/duration-field.tsx'
import { ErrorPanel } from '../../ui/error-panel.tsx'
import { Field, TextInput } from '../../ui/form.tsx'
import { Notice } from '../../ui/notice.tsx'
import { StepUpDialog } from '../../ui/step-up-dialog.tsx'
import { useAddSecret } from './applications-queries.ts'

const usualSeconds = 180 * 86_400

/** Makes a client secret. Its value is in this dialog's memory alone, and gone when it closes. Shown while mounted. */
export function AddSecretDialog({ application, onClose }: { application: ApplicationDetail; onClose: () => void }) {
  const [value, setValue] = useState<string>()
  // A click beside it must not take away what is shown once.
  const dismiss = value === undefined ? onClose : () => undefined
  return (
    <Dialog open onClose={dismiss} title={value === undefined ? 'Create client secret' : 'Copy the secret now'}>
      {value === undefined ? (
        <SecretForm application={application} onValue={setValue} onClose={onClose} />
      ) : (
        <>
          <Notice tone="warn" title="It is shown this once">
            <p>Signet keeps no copy. Put it where the application reads it, and nowhere else.</p>
          </Notice>
          <CodeBlock code={value} label="client secret" />
          <DialogActions>
            <Button kind="primary" onClick={onClose}>
              I have stored it
            </Button>
          </DialogActions>
        </>
      )}
    </Dialog>
  )
}

interface SecretFormProps {
  application: ApplicationDetail
  onValue: (value: string) => void
  onClose: () => void
}

function SecretForm({ application, onValue, onClose }: SecretFormProps) {
  const [description, setDescription] = useState('')
  const [lifetimeSeconds, setLifetime] = useState(usualSeconds)
  const [checked, setChecked] = useState(false)
  const add = useAddSecret(application, onValue)
  const refusal = useRefusal('identities.write')
  const parsed = applicationsApi.addSecret.body.safeParse({ description, lifetimeSeconds })
  const faulty = new Set(checked ? parsed.error?.issues.map(({ path }) => path[0]) : [])
  const run = () => {
    if (parsed.success && !add.isPending) add.mutate(parsed.data)
  }
  const stepUp = useStepUpFor(add, run)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setChecked(true)
    run()
  }
  return (
    <>
      <form onSubmit={submit} className="stack" noValidate>
        <Field
          label="Description"
          hint="Where it is used, so that somebody else can tell."
          error={faulty.has('description') ? 'Give a description of 1 to 120 characters.' : undefined}
        >
          {(control) => (
            <TextInput {...control} value={description} onChange={(event) => setDescription(event.target.value)} />
          )}
        </Field>
        <DurationField
          label="Expires after"
          hint="One minute to 730 days."
          error={faulty.has('lifetimeSeconds') ? 'Give a time from one minute to 730 days.' : undefined}
          seconds={lifetimeSeconds}
          onChange={setLifetime}
        />
        {add.error !== null && !needsStepUp(add.error) && <ErrorPanel problem={problemOf(add.error)} />}
        <DialogActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" kind="primary" busy={add.isPending} disabledReason={refusal}>
            Create
          </Button>
        </DialogActions>
      </form>
      <StepUpDialog {...stepUp} />
    </>
  )
}
