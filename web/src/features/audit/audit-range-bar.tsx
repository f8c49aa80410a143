import { dayMs } from '@signet/shared/vocabulary/time'
import { ChevronLeft, ChevronRight } from 'lucide-react'
import { useId, useState } from 'react'
import { absoluteTime, instantOf, zoneName } from '../../ui/absolute-time.ts'
import { IconButton } from '../../ui/button.tsx'
import { Select, TextInput } from '../../ui/form.tsx'
import { usePreferences } from '../../ui/preferences.ts'
import { isOwn, ownRange, type Preset, presetOf, presets, type RangeSearch, rangeOf, shifted } from './audit-range.ts'
import styles from './audit-range-bar.module.css'

const choices = [
  ...(Object.keys(presets) as Preset[]).map((value) => ({ value, label: presets[value].words })),
  { value: 'own' as const, label: 'From … to …' },
]

/** Which stretch of time is shown; always visible, never a silent default. */
export function AuditRangeBar(props: { search: RangeSearch; onChange: (range: RangeSearch) => void }) {
  const { search, onChange } = props
  const pick = (value: Preset | 'own') => {
    if (value !== 'own') return onChange({ range: value, from: undefined, to: undefined })
    const now = Date.now()
    const { from = now - dayMs, to = now } = rangeOf(search, now)
    onChange(ownRange(from, to))
  }
  const move = (direction: -1 | 1) => {
    const next = shifted(search, direction, Date.now())
    if (next !== undefined) onChange(next)
  }
  const fixed = shifted(search, -1, Date.now()) === undefined
  return (
    <fieldset className={styles['range']} aria-label="Time">
      <Select aria-label="Time range" value={presetOf(search) ?? 'own'} choices={choices} onChange={pick} />
      {isOwn(search) && (
        <>
          <Instant label="From" value={search.from} onChange={(from) => onChange({ ...search, from })} />
          <Instant label="To" value={search.to} onChange={(to) => onChange({ ...search, to })} />
        </>
      )}
      {!fixed && (
        <>
          <IconButton label="Earlier" onClick={() => move(-1)}>
            <ChevronLeft size={16} aria-hidden />
          </IconButton>
          <IconButton label="Later" onClick={() => move(1)}>
            <ChevronRight size={16} aria-hidden />
          </IconButton>
        </>
      )}
    </fieldset>
  )
}

/** The browser's own field for date and time; what it holds is of the zone that all times are shown in, as the label says. */
function Instant(props: { label: string; value: string | undefined; onChange: (value: string | undefined) => void }) {
  const id = useId()
  // Kept until the field is left: an answer that comes late must not undo what is being typed.
  const [typed, setTyped] = useState<string>()
  usePreferences()
  const at = props.value === undefined ? undefined : Date.parse(props.value)
  return (
    <span className={styles['instant']}>
      <label htmlFor={id} className="muted">
        {props.label} ({zoneName(at ?? Date.now())})
      </label>
      <TextInput
        id={id}
        type="datetime-local"
        step={1}
        value={typed ?? (at === undefined ? '' : absoluteTime(at).replace(' ', 'T'))}
        onChange={({ target }) => {
          setTyped(target.value)
          const chosen = instantOf(target.value)
          props.onChange(chosen === undefined ? undefined : new Date(chosen).toISOString())
        }}
        onBlur={() => setTyped(undefined)}
      />
    </span>
  )
}
