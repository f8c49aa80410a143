import { type ReactNode, useId } from 'react'
import { Checkbox, Field, TextInput } from './form.tsx'
import styles from './pick-list.module.css'

export interface PickOption {
  readonly id: string
  /** What it is called by assistive technology. */
  readonly name: string
  readonly label: ReactNode
}

interface PickListProps {
  /** What is picked, such as `Instances`. */
  label: string
  search: string
  onSearch: (search: string) => void
  /** What the search finds. */
  options: readonly PickOption[]
  picked: readonly string[]
  onPicked: (picked: readonly string[]) => void
  /** Stands in place of the list when nothing is found. */
  empty: string
  hint?: string | undefined
}

/** Several of a long list, found by words. What was picked stays picked while something else is searched for. */
export function PickList({ label, search, onSearch, options, picked, onPicked, empty, hint }: PickListProps) {
  const id = useId()
  const toggle = (option: string, on: boolean) =>
    onPicked(on ? [...picked, option] : picked.filter((each) => each !== option))
  return (
    <div className="stack">
      <Field label={`Search ${label.toLowerCase()}`} hint={hint}>
        {(control) => <TextInput {...control} value={search} onChange={(event) => onSearch(event.target.value)} />}
      </Field>
      <fieldset className={styles['list']} aria-describedby={id}>
        <legend className="sr-only">{label}</legend>
        {options.length === 0 && <p className="muted">{empty}</p>}
        {options.map((option) => (
          <Checkbox
            key={option.id}
            label={option.label}
            aria-label={option.name}
            checked={picked.includes(option.id)}
            onChange={(event) => toggle(option.id, event.target.checked)}
          />
        ))}
      </fieldset>
      <p id={id} className="muted" aria-live="polite">
        {picked.length} picked
      </p>
    </div>
  )
}
