import { Field, TextInput } from './form.tsx'

const maxReason = 200

interface ReasonFieldProps {
  reason: string
  onChange: (reason: string) => void
  required?: boolean | undefined
}

/** Why somebody does it, for the record. */
export function ReasonField({ reason, onChange, required = false }: ReasonFieldProps) {
  return (
    <Field label={required ? 'Reason' : 'Reason (optional)'} hint="Goes to the audit log.">
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
