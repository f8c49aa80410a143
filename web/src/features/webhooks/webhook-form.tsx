import { webhooksApi } from '@signet/shared/api/webhooks'
import { AlertKind, alertKinds, WebhookEvent } from '@signet/shared/vocabulary/alerts'
import { type FormEvent, type ReactNode, useState } from 'react'
import { problemOf } from '../../api/api-error.ts'
import { useRefusal } from '../../api/session.ts'
import { Button } from '../../ui/button.tsx'
import { DialogActions } from '../../ui/dialog.tsx'
import { ErrorPanel } from '../../ui/error-panel.tsx'
import { Checkbox, Field, TextInput } from '../../ui/form.tsx'
import { eventWords } from './webhook-words.ts'
import type { WebhookWish } from './webhooks-queries.ts'

interface WebhookFormProps {
  /** What the fields begin with. */
  start: WebhookWish
  confirmLabel: string
  busy: boolean
  error: Error | null
  /** Above the buttons. */
  children?: ReactNode
  onWish: (wish: WebhookWish) => void
  onClose: () => void
}

/** Name, address and what a webhook is told of. */
export function WebhookForm({ start, confirmLabel, busy, error, children, onWish, onClose }: WebhookFormProps) {
  const [wish, setWish] = useState<WebhookWish>(start)
  const [checked, setChecked] = useState(false)
  const refusal = useRefusal('webhooks.write')
  const parsed = webhooksApi.add.body.safeParse(wish)
  const faulty = new Set(checked ? parsed.error?.issues.map(({ path }) => path[0]) : [])
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setChecked(true)
    if (parsed.success && !busy) onWish(parsed.data)
  }
  return (
    <form onSubmit={submit} className="stack" noValidate>
      <Field label="Name" error={faulty.has('name') ? 'Give a name of 1 to 60 characters.' : undefined}>
        {(control) => (
          <TextInput
            {...control}
            value={wish.name}
            onChange={({ currentTarget }) => setWish({ ...wish, name: currentTarget.value })}
          />
        )}
      </Field>
      <Field
        label="Address"
        hint="Called over HTTPS, by POST; no redirect is followed."
        error={faulty.has('url') ? 'Give an address that begins with https://, without user and password.' : undefined}
      >
        {(control) => (
          <TextInput
            {...control}
            value={wish.url}
            onChange={({ currentTarget }) => setWish({ ...wish, url: currentTarget.value })}
          />
        )}
      </Field>
      <Choices
        legend="It is told when"
        words={eventWords}
        options={WebhookEvent.options}
        chosen={wish.events}
        fault={faulty.has('events') ? 'Choose one at least.' : undefined}
        onChange={(events) => setWish({ ...wish, events })}
      />
      <Choices
        legend="Of these alerts; of all when none is chosen"
        words={alertKinds}
        options={AlertKind.options}
        chosen={wish.kinds}
        onChange={(kinds) => setWish({ ...wish, kinds })}
      />
      {children}
      {error !== null && <ErrorPanel problem={problemOf(error)} />}
      <DialogActions>
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" kind="primary" busy={busy} disabledReason={refusal}>
          {confirmLabel}
        </Button>
      </DialogActions>
    </form>
  )
}

interface ChoicesProps<V extends string> {
  legend: string
  words: Readonly<Record<V, string>>
  options: readonly V[]
  chosen: readonly V[]
  fault?: string | undefined
  onChange: (chosen: V[]) => void
}

function Choices<V extends string>({ legend, words, options, chosen, fault, onChange }: ChoicesProps<V>) {
  return (
    <fieldset>
      <legend>{legend}</legend>
      {options.map((option) => (
        <div key={option}>
          <Checkbox
            label={words[option]}
            checked={chosen.includes(option)}
            onChange={({ currentTarget }) =>
              onChange(currentTarget.checked ? [...chosen, option] : chosen.filter((one) => one !== option))
            }
          />
        </div>
      ))}
      {fault !== undefined && <p className="warn">{fault}</p>}
    </fieldset>
  )
}
