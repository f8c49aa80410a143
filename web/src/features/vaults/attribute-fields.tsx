import { Checkbox, Field, FieldRow, TextInput } from '../../ui/form.tsx'
import { InstantField } from '../../ui/instant-field.tsx'
import type { AttributeFaults, AttributesForm } from './secret-draft.ts'
import { TagsField } from './tags-field.tsx'

interface AttributeFieldsProps {
  form: AttributesForm
  faults: AttributeFaults
  onChange: (form: AttributesForm) => void
}

/** What can be said of a version of a secret besides its value. */
export function AttributeFields({ form, faults, onChange }: AttributeFieldsProps) {
  return (
    <>
      <Checkbox
        label="Enabled: it can be read"
        checked={form.enabled}
        onChange={(event) => onChange({ ...form, enabled: event.target.checked })}
      />
      <FieldRow>
        <InstantField
          label="Valid from"
          value={form.notBefore}
          error={faults.notBefore}
          onChange={(notBefore) => onChange({ ...form, notBefore })}
        />
        <InstantField
          label="Expires"
          value={form.expires}
          error={faults.expires}
          onChange={(expires) => onChange({ ...form, expires })}
        />
      </FieldRow>
      <p className="muted">
        Clients are told of the dates; nothing is refused for them. Disable what must not be read.
      </p>
      <Field label="Content type" error={faults.contentType}>
        {(control) => (
          <TextInput
            {...control}
            placeholder="text/plain"
            value={form.contentType}
            onChange={(event) => onChange({ ...form, contentType: event.target.value })}
          />
        )}
      </Field>
      <TagsField text={form.tags} fault={faults.tags} onChange={(tags) => onChange({ ...form, tags })} />
    </>
  )
}
