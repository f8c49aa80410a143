import { type FormEvent, useState } from 'react'
import { Button } from '../ui/button.tsx'
import { Dialog, DialogActions } from '../ui/dialog.tsx'
import { Field } from '../ui/form.tsx'
import { isZone, setPreferences } from '../ui/preferences.ts'
import { SuggestInput } from '../ui/suggest-input.tsx'

/** Asks for a zone by its name. */
export function ZoneDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  return (
    <Dialog open={open} onClose={onClose} title="Time zone">
      <ZoneForm onDone={onClose} />
    </Dialog>
  )
}

const known = Intl.supportedValuesOf('timeZone').map((name) => ({ value: name, label: name.split('/').at(-1) ?? name }))

function ZoneForm({ onDone }: { onDone: () => void }) {
  const [name, setName] = useState('')
  const [tried, setTried] = useState(false)
  const wanted = name.trim()
  const isKnown = wanted !== '' && isZone(wanted)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setTried(true)
    if (!isKnown) return
    setPreferences({ zone: wanted })
    onDone()
  }
  return (
    <form onSubmit={submit} className="stack">
      <Field
        label="Name of the zone"
        hint="As in the IANA time zone database."
        {...(tried && !isKnown ? { error: 'There is no time zone of this name.' } : {})}
      >
        {(control) => (
          <SuggestInput
            control={control}
            value={name}
            suggestions={known}
            placeholder="Europe/Berlin"
            onChange={setName}
          />
        )}
      </Field>
      <DialogActions>
        <Button onClick={onDone}>Cancel</Button>
        <Button type="submit" kind="primary">
          Use this zone
        </Button>
      </DialogActions>
    </form>
  )
}
