import { ResourceGroupName, UserIdentityName } from '@signet/shared/api/user-identities'
import { useQuery } from '@tanstack/react-query'
import { groupsOptions } from '../../api/resource-groups.ts'
import { Field, TextInput } from '../../ui/form.tsx'
import { SuggestInput } from '../../ui/suggest-input.tsx'

/** What an identity is called and where it lies. */
export interface Naming {
  readonly name: string
  readonly resourceGroup: string
}

type Faults = Partial<Record<keyof Naming, string>>

/** What is wrong with a naming, by field; empty when it can be saved. */
export function namingFaults({ name, resourceGroup }: Naming): Faults {
  const [named, placed] = [UserIdentityName.safeParse(name), ResourceGroupName.safeParse(resourceGroup)]
  return {
    ...(!named.success && { name: `Use ${named.error.issues[0]?.message ?? 'another name'}.` }),
    ...(!placed.success && { resourceGroup: `Use ${placed.error.issues[0]?.message ?? 'another name'}.` }),
  }
}

interface NameFieldsProps {
  naming: Naming
  faults: Faults
  onChange: (naming: Naming) => void
}

/** The fields of a naming; groups that there are are offered. */
export function NameFields({ naming, faults, onChange }: NameFieldsProps) {
  const groups = useQuery(groupsOptions)
  const offers = (groups.data?.items ?? []).map(({ name, identities }) => ({
    value: name,
    label: identities === 1 ? '1 identity' : `${identities} identities`,
  }))
  return (
    <>
      <Field label="Name" error={faults.name}>
        {(control) => (
          <TextInput
            {...control}
            value={naming.name}
            onChange={(event) => onChange({ ...naming, name: event.target.value })}
          />
        )}
      </Field>
      <Field label="Resource group" hint="Part of the resource ID. A new one is created." error={faults.resourceGroup}>
        {(control) => (
          <SuggestInput
            control={control}
            value={naming.resourceGroup}
            suggestions={offers}
            onChange={(resourceGroup) => onChange({ ...naming, resourceGroup })}
          />
        )}
      </Field>
    </>
  )
}
