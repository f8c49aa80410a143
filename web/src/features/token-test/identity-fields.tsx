import type { TestTarget } from '@signet/shared/api/token-tests'
import type { ProbeSelector } from '@signet/shared/wire/agent-protocol'
import { Field, Select, TextInput } from '../../ui/form.tsx'
import { visibleText } from '../../ui/visible-text.ts'
import { selectorNames, type TestDraft, type TestSearch } from './test-request.ts'

type Assigned = TestTarget['identities'][number]
type SelectorName = ProbeSelector['name']

const selectorWords = { client_id: 'Client ID', object_id: 'Object (principal) ID', msi_res_id: 'Resource ID' } as const
const selectorChoices = selectorNames.map((value) => ({ value, label: selectorWords[value] }))
const system = 'system'
const other = 'other'

interface IdentityFieldsProps {
  draft: TestDraft
  /** The ID as it is typed. */
  value: string
  onValue: (value: string) => void
  onChange: (change: TestSearch) => void
}

/** Which identity of the instance is asked for, by name; one that it may not have can be named by an ID. */
export function IdentityFields({ draft, value, onValue, onChange }: IdentityFieldsProps) {
  const { target, selectorName } = draft
  const identities = target?.identities ?? []
  const picked = selectorName && identities.find((each) => idOf(each, selectorName) === draft.selectorValue.trim())
  const shown = selectorName === undefined ? system : (picked?.principalId ?? other)
  const pick = (id: string) => {
    const identity = identities.find(({ principalId }) => principalId === id)
    const select = id === system ? undefined : (selectorName ?? 'client_id')
    if (identity && select) return onChange({ select, value: idOf(identity, select) })
    return onChange({ select, value: select === 'client_id' ? (target?.clientId ?? undefined) : undefined })
  }
  const nameBy = (select: SelectorName) =>
    onChange({ select, value: picked ? idOf(picked, select) : value || undefined })
  return (
    <>
      <Field label="Identity">
        {(control) => <Select {...control} value={shown} choices={choicesOf(identities)} onChange={pick} />}
      </Field>
      {selectorName !== undefined && (
        <Field label="Named by" hint={picked && visibleText(draft.selectorValue)}>
          {(control) => <Select {...control} value={selectorName} choices={selectorChoices} onChange={nameBy} />}
        </Field>
      )}
      {selectorName !== undefined && picked === undefined && (
        <Field
          label={selectorWords[selectorName]}
          hint="A wrong one is sent as it is, so that the refusal can be seen."
          error={value.trim() === '' ? 'Say which identity is meant.' : undefined}
        >
          {(control) => (
            <TextInput
              {...control}
              value={value}
              maxLength={500}
              onChange={(event) => onValue(event.target.value)}
              onBlur={() => value !== draft.selectorValue && onChange({ value })}
            />
          )}
        </Field>
      )}
    </>
  )
}

function choicesOf(identities: readonly Assigned[]): { value: string; label: string }[] {
  return [
    { value: system, label: 'System-assigned' },
    ...identities.map(({ principalId, name }) => ({
      value: principalId,
      label: `${visibleText(name)}, user-assigned`,
    })),
    { value: other, label: 'Another one, by its ID' },
  ]
}

function idOf(identity: Assigned, name: SelectorName): string {
  switch (name) {
    case 'client_id':
      return identity.clientId
    case 'object_id':
      return identity.principalId
    case 'msi_res_id':
      return identity.resourceId
  }
}
