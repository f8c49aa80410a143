import { Field, Select } from './form.tsx'

interface OverlapFieldProps<V extends string> {
  value: V
  choices: readonly { readonly value: V; readonly label: string }[]
  /** The old one would be refused at once. */
  isNone: boolean
  onChange: (value: V) => void
}

/** How long the old certificate goes on being accepted. */
export function OverlapField<V extends string>({ value, choices, isNone, onChange }: OverlapFieldProps<V>) {
  return (
    <>
      <Field label="Old certificate accepted for">
        {(control) => <Select {...control} value={value} choices={choices} onChange={onChange} />}
      </Field>
      {isNone && (
        <p className="warn">
          Whatever signs with the old key when the new one is in use is refused, and there is nothing to roll back to.
          You are asked to confirm who you are.
        </p>
      )}
    </>
  )
}
