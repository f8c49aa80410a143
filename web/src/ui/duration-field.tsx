import { useState } from 'react'
import styles from './duration-field.module.css'
import { Field, Select, TextInput } from './form.tsx'

const units = [
  { value: 's', label: 'seconds', seconds: 1 },
  { value: 'min', label: 'minutes', seconds: 60 },
  { value: 'h', label: 'hours', seconds: 3_600 },
  { value: 'd', label: 'days', seconds: 86_400 },
] as const

type Unit = (typeof units)[number]['value']

/** The largest unit in which the span is a whole number; days for zero. */
function unitOf(seconds: number): (typeof units)[number] {
  return units.findLast((unit) => seconds % unit.seconds === 0) ?? units[0]
}

interface DurationFieldProps {
  label: string
  hint?: string
  error?: string | undefined
  /** Seconds; NaN while the field holds no number. */
  seconds: number
  onChange: (seconds: number) => void
}

/** A span of time as a number and a unit. */
export function DurationField({ label, hint, error, seconds, onChange }: DurationFieldProps) {
  const [unit, setUnit] = useState<Unit>(() => unitOf(seconds).value)
  const [text, setText] = useState(() => String(seconds / unitOf(seconds).seconds))
  const change = (nextText: string, nextUnit: Unit) => {
    setText(nextText)
    setUnit(nextUnit)
    const factor = units.find((each) => each.value === nextUnit)?.seconds ?? 1
    onChange(nextText.trim() === '' ? Number.NaN : Math.round(Number(nextText) * factor))
  }
  return (
    <Field label={label} hint={hint} error={error}>
      {(control) => (
        <span className={styles['pair']}>
          <TextInput {...control} inputMode="decimal" value={text} onChange={(e) => change(e.target.value, unit)} />
          <Select aria-label={`Unit of ${label}`} value={unit} choices={units} onChange={(u) => change(text, u)} />
        </span>
      )}
    </Field>
  )
}
