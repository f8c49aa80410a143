import type { Alert } from '@signet/shared/api/alerts'
import { type FormEvent, useState } from 'react'
import { problemOf } from '../../api/api-error.ts'
import { useRefusal } from '../../api/session.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog, DialogActions } from '../../ui/dialog.tsx'
import { ErrorPanel } from '../../ui/error-panel.tsx'
import { Field, TextInput } from '../../ui/form.tsx'
import { notify } from '../../ui/toaster.tsx'
import { visibleText } from '../../ui/visible-text.ts'
import { useAcknowledge } from './alerts-queries.ts'

/** Says that somebody looks after an alert, with a note for the others. */
export function AcknowledgeButton({ alert }: { alert: Alert }) {
  const [asking, setAsking] = useState(false)
  const refusal = useRefusal('alerts.write')
  const name = visibleText(alert.subject.label)
  return (
    <>
      <Button small disabledReason={refusal} aria-label={`Acknowledge ${name}`} onClick={() => setAsking(true)}>
        Acknowledge
      </Button>
      {asking && <AcknowledgeDialog alert={alert} name={name} onClose={() => setAsking(false)} />}
    </>
  )
}

function AcknowledgeDialog({ alert, name, onClose }: { alert: Alert; name: string; onClose: () => void }) {
  const [note, setNote] = useState('')
  const acknowledge = useAcknowledge(alert)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (acknowledge.isPending) return
    acknowledge
      .mutateAsync(note.trim())
      .then(() => notify('ok', `${name} is acknowledged`))
      .then(onClose, () => undefined)
  }
  return (
    <Dialog open onClose={onClose} title={`Acknowledge ${name}?`}>
      <form onSubmit={submit} className="stack">
        <Field label="Note" hint="What is being done; optional, everybody sees it.">
          {(control) => (
            <TextInput
              {...control}
              value={note}
              maxLength={500}
              onChange={(event) => setNote(event.currentTarget.value)}
            />
          )}
        </Field>
        {acknowledge.error !== null && <ErrorPanel problem={problemOf(acknowledge.error)} />}
        <DialogActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" kind="primary" busy={acknowledge.isPending}>
            Acknowledge
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  )
}
