import { useQuery } from '@tanstack/react-query'
import { groupsOptions } from '../../api/resource-groups.ts'
import { Checkbox, Field, TextInput } from '../../ui/form.tsx'
import { Notice } from '../../ui/notice.tsx'
import { SuggestInput } from '../../ui/suggest-input.tsx'
import { TagsField } from './tags-field.tsx'
import type { VaultFaults, VaultForm } from './vault-draft.ts'

interface VaultFieldsProps {
  form: VaultForm
  faults: VaultFaults
  onChange: (form: VaultForm) => void
  /** Whether it is protected already, which stays. */
  isProtected?: boolean
}

/** What can be said of a vault that there is, and of a new one. */
export function VaultFields({ form, faults, onChange, isProtected = false }: VaultFieldsProps) {
  return (
    <>
      <Field
        label="Days in which what is deleted can be recovered"
        hint="7 to 90. What is deleted already keeps the days it was deleted with."
        error={faults.days}
      >
        {(control) => (
          <TextInput
            {...control}
            inputMode="numeric"
            value={form.days}
            onChange={(event) => onChange({ ...form, days: event.target.value })}
          />
        )}
      </Field>
      <Checkbox
        label="Protection against purging"
        checked={form.purgeProtection}
        disabled={isProtected}
        onChange={(event) => onChange({ ...form, purgeProtection: event.target.checked })}
      />
      {form.purgeProtection && !isProtected && (
        <Notice tone="warn" title="This cannot be taken back">
          <p>Nobody, not even an Admin, can delete anything in it for good before its days are over.</p>
        </Notice>
      )}
      <TagsField text={form.tags} fault={faults.tags} onChange={(tags) => onChange({ ...form, tags })} />
    </>
  )
}

/** What a new vault is called and where it lies; both stay. */
export function VaultNameFields({ form, faults, onChange }: VaultFieldsProps) {
  const groups = useQuery(groupsOptions)
  const offers = (groups.data?.items ?? []).map(({ name }) => ({ value: name, label: 'Resource group' }))
  return (
    <>
      <Field label="Name" hint="Part of its address; unique in the deployment, and it stays." error={faults.name}>
        {(control) => (
          <TextInput
            {...control}
            value={form.name}
            onChange={(event) => onChange({ ...form, name: event.target.value })}
          />
        )}
      </Field>
      <Field label="Resource group" hint="Part of the resource ID. A new one is created." error={faults.resourceGroup}>
        {(control) => (
          <SuggestInput
            control={control}
            value={form.resourceGroup}
            suggestions={offers}
            onChange={(resourceGroup) => onChange({ ...form, resourceGroup })}
          />
        )}
      </Field>
    </>
  )
}
