import { Globe } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { zoneName } from '../ui/absolute-time.ts'
import { Button } from '../ui/button.tsx'
import { Dialog, DialogActions } from '../ui/dialog.tsx'
import { Field } from '../ui/form.tsx'
import { Menu, MenuChoices, MenuItem, MenuLine } from '../ui/menu.tsx'
import { isZone, setPreferences, usePreferences } from '../ui/preferences.ts'
import { SuggestInput } from '../ui/suggest-input.tsx'
import styles from './top-bar.module.css'

const times = [
  { value: 'relative', label: 'As distance from now' },
  { value: 'absolute', label: 'Exact' },
] as const

/** Zone and form of every time on the page. */
export function ZoneMenu() {
  const { zone, times: form } = usePreferences()
  const [asking, setAsking] = useState(false)
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone
  const isCustom = zone !== 'browser' && zone !== 'UTC'
  const zones = [
    { value: 'UTC', label: 'UTC' },
    { value: 'browser', label: `This computer (${own})` },
    ...(isCustom ? [{ value: zone, label: zone }] : []),
  ]
  const name = zoneName(Date.now())
  return (
    <>
      <Menu
        trigger={
          <Button
            kind="quiet"
            small
            className={styles['zone']}
            aria-label={`Time zone: ${name}`}
            icon={<Globe size={14} aria-hidden />}
          >
            <span>{name}</span>
          </Button>
        }
      >
        <MenuChoices
          label="Time zone"
          value={zone}
          choices={zones}
          onChange={(next) => setPreferences({ zone: next })}
        />
        <MenuItem onSelect={() => setAsking(true)}>Another zone…</MenuItem>
        <MenuLine />
        <MenuChoices
          label="Times in lists"
          value={form}
          choices={times}
          onChange={(next) => setPreferences({ times: next })}
        />
      </Menu>
      <Dialog open={asking} onClose={() => setAsking(false)} title="Time zone">
        <ZoneForm onDone={() => setAsking(false)} />
      </Dialog>
    </>
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
