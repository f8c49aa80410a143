import type { OverlapChoice } from '@signet/shared/vocabulary/credential-states'
import { Field, Select } from './form.tsx'

const choices: readonly { value: OverlapChoice; label: string }[] = [
  { value: 'policy', label: 'As the rotation policy says' },
  { value: 'day', label: '24 hours' },
  { value: 'hour', label: '1 hour' },
  { value: 'none', label: 'None: refused at once' },
]

/** How long the old certificate goes on being accepted. */
export function OverlapField({ value, onChange }: { value: OverlapChoice; onChange: (value: OverlapChoice) => void }) {
  return (
    <>
      <Field label="Old certificate accepted for">
        {(control) => <Select {...control} value={value} choices={choices} onChange={onChange} />}
      </Field>
      {value === 'none' && (
        <p className="warn">
          Whatever signs with the old key when the new one is in use is refused, and there is nothing to roll back to.
          You are asked to confirm who you are.
        </p>
      )}
    </>
  )
}
