import { absoluteTime, instantOf, zoneName } from './absolute-time.ts'
import { Field, TextInput } from './form.tsx'
import { usePreferences } from './preferences.ts'

/** An instant as the field shows it: in the zone that all times are shown in. */
export function shownInstant(at: number): string {
  return absoluteTime(at).replace(' ', 'T')
}

/** The browser's own field for date and time; its label names the zone. `value` is what stands in it. */
export function InstantField(props: {
  label: string
  value: string
  error?: string | undefined
  onChange: (value: string) => void
}) {
  usePreferences()
  return (
    <Field label={`${props.label} (${zoneName(instantOf(props.value) ?? Date.now())})`} error={props.error}>
      {(control) => (
        <TextInput
          {...control}
          type="datetime-local"
          step={1}
          value={props.value}
          onChange={({ target }) => props.onChange(target.value)}
        />
      )}
    </Field>
  )
}
