import { webhooksApi } from '@signet/shared/api/webhooks'
import { WebhookEvent } from '@signet/shared/vocabulary/alerts'
import { type FormEvent, useState } from 'react'
import { problemOf } from '../../api/api-error.ts'
import { useRefusal } from '../../api/session.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog, DialogActions } from '../../ui/dialog.tsx'
import { ErrorPanel } from '../../ui/error-panel.tsx'
import { Checkbox, Field, TextInput } from '../../ui/form.tsx'
import { SecretShown } from './secret-shown.tsx'
import { useAddWebhook } from './webhooks-queries.ts'

const eventWords: Record<WebhookEvent, string> = {
  'alert.opened': 'An alert opens',
  'alert.acknowledged': 'Somebody acknowledges one',
  'alert.resolved': 'One is resolved',
}

/** A new receiver, and then its secret, this once. Shown while mounted. */
export function AddWebhookDialog({ onClose }: { onClose: () => void }) {
  const [secret, setSecret] = useState<string>()
  // A click beside it must not take away what is shown once.
  const dismiss = secret === undefined ? onClose : () => undefined
  return (
    <Dialog open onClose={dismiss} title={secret === undefined ? 'Add webhook' : 'Copy the secret now'}>
      {secret === undefined ? (
        <WebhookForm onSecret={setSecret} onClose={onClose} />
      ) : (
        <SecretShown secret={secret} onClose={onClose} />
      )}
    </Dialog>
  )
}

function WebhookForm({ onSecret, onClose }: { onSecret: (secret: string) => void; onClose: () => void }) {
  const [name, setName] = useState('')
  const [url, setUrl] = useState('')
  const [events, setEvents] = useState<readonly WebhookEvent[]>(['alert.opened', 'alert.resolved'])
  const [checked, setChecked] = useState(false)
  const add = useAddWebhook()
  const refusal = useRefusal('webhooks.write')
  const parsed = webhooksApi.add.body.safeParse({ name, url, events })
  const faulty = new Set(checked ? parsed.error?.issues.map(({ path }) => path[0]) : [])
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setChecked(true)
    if (!parsed.success || add.isPending) return
    add.mutateAsync(parsed.data).then(
      ({ secret }) => onSecret(secret),
      () => undefined,
    )
  }
  return (
    <form onSubmit={submit} className="stack" noValidate>
      <Field label="Name" error={faulty.has('name') ? 'Give a name of 1 to 60 characters.' : undefined}>
        {(control) => <TextInput {...control} value={name} onChange={(event) => setName(event.currentTarget.value)} />}
      </Field>
      <Field
        label="Address"
        hint="Called over HTTPS, by POST; no redirect is followed."
        error={faulty.has('url') ? 'Give an address that begins with https://, without user and password.' : undefined}
      >
        {(control) => <TextInput {...control} value={url} onChange={(event) => setUrl(event.currentTarget.value)} />}
      </Field>
      <fieldset>
        <legend>It is told when</legend>
        {WebhookEvent.options.map((event) => (
          <Checkbox
            key={event}
            label={eventWords[event]}
            checked={events.includes(event)}
            onChange={({ currentTarget }) =>
              setEvents(currentTarget.checked ? [...events, event] : events.filter((one) => one !== event))
            }
          />
        ))}
        {faulty.has('events') && <p className="warn">Choose one at least.</p>}
      </fieldset>
      {add.error !== null && <ErrorPanel problem={problemOf(add.error)} />}
      <DialogActions>
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" kind="primary" busy={add.isPending} disabledReason={refusal}>
          Add
        </Button>
      </DialogActions>
    </form>
  )
}
