import { InstanceKind } from '@signet/shared/api/resources'
import { PolicyScope } from '@signet/shared/api/rotation-policies'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { loadStateOf } from '../../api/load-state.ts'
import { policiesOptions } from '../../api/rotation-policies.ts'
import { instanceKindWords } from '../../api/words.ts'
import { Card } from '../../ui/card.tsx'
import { Field, FieldRow, Select, TextInput } from '../../ui/form.tsx'
import { Loadable } from '../../ui/loadable.tsx'
import { PageHeader } from '../../ui/page-header.tsx'
import { useTitle } from '../../ui/page-title.ts'
import { notify } from '../../ui/toaster.tsx'
import { PolicyForm } from './policy-form.tsx'
import { scopeKindWords } from './policy-words.ts'

type Kind = Exclude<PolicyScope['kind'], 'default'>

const kinds = (['instances', 'group', 'identity'] as const).map((value) => ({ value, label: scopeKindWords[value] }))
const instanceKinds = InstanceKind.options.map((value) => ({ value, label: instanceKindWords[value] }))

/** A policy of its own for a kind of instance, a resource group or one identity; it begins as the default is. */
export function NewPolicyPage() {
  useTitle('New rotation policy')
  const query = useQuery(policiesOptions)
  const navigate = useNavigate()
  const [kind, setKind] = useState<Kind>('instances')
  const [of, setOf] = useState<string>('vm')
  const scope = PolicyScope.safeParse({ kind, of: of.trim() })
  const pick = (next: Kind) => {
    setKind(next)
    setOf(next === 'instances' ? 'vm' : '')
  }
  return (
    <>
      <PageHeader back={<Link to="/settings/policies">Rotation policies</Link>} title="New rotation policy" />
      <Loadable state={loadStateOf(query)}>
        {({ items: [usual] }) =>
          usual && (
            <>
              <Card title="What it rules">
                <FieldRow>
                  <Field label="Rules">
                    {(control) => <Select {...control} value={kind} choices={kinds} onChange={pick} />}
                  </Field>
                  <Target kind={kind} of={of} onChange={setOf} />
                </FieldRow>
              </Card>
              <PolicyForm
                stored={undefined}
                scope={scope.success ? scope.data : undefined}
                start={usual}
                onSaved={({ id }) => {
                  notify('ok', 'Rotation policy created')
                  void navigate({ to: '/settings/policies/$policyId', params: { policyId: id } })
                }}
              />
            </>
          )
        }
      </Loadable>
    </>
  )
}

function Target({ kind, of, onChange }: { kind: Kind; of: string; onChange: (of: string) => void }) {
  if (kind === 'instances') {
    const value = InstanceKind.safeParse(of).data ?? 'vm'
    return (
      <Field label="Kind of instance">
        {(control) => <Select {...control} value={value} choices={instanceKinds} onChange={onChange} />}
      </Field>
    )
  }
  const isGroup = kind === 'group'
  return (
    <Field
      label={isGroup ? 'Resource group' : 'Principal ID'}
      hint={isGroup ? 'By name.' : 'As it stands on the page of the identity.'}
    >
      {(control) => (
        <TextInput
          {...control}
          className={isGroup ? undefined : 'mono'}
          value={of}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  )
}
