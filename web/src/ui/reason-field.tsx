import { Field, TextInput } from './form.tsx'

const maxReason = 200

/** Why somebody does it, for the record. */
export function ReasonField({ reason, onChange }: { reason: string; onChange: (reason: string) => void }) {
  return (
    <Field label="Reason (optional)" hint="Goes to the audit log.">
      {(control) => (
        <TextInput
          {...control}
          value={reason}
          maxLength={maxReason}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  )
}
