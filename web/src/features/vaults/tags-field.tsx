import { Field, TextArea } from '../../ui/form.tsx'

interface TagsFieldProps {
  text: string
  fault: string | undefined
  onChange: (text: string) => void
}

/** Tags as lines of text. They are no place for secrets, since lists show them. */
export function TagsField({ text, fault, onChange }: TagsFieldProps) {
  return (
    <Field label="Tags" hint="One a line, such as team=payments. Lists show them: no secrets." error={fault}>
      {(control) => <TextArea {...control} rows={3} value={text} onChange={(event) => onChange(event.target.value)} />}
    </Field>
  )
}
