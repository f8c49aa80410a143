import type { RoleDefinition } from '@signet/shared/api/authorization'
import { useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { hasCode, problemOf } from '../../api/api-error.ts'
import { useRefusal } from '../../api/session.ts'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { ConflictPanel } from '../../ui/conflict-panel.tsx'
import { ErrorPanel } from '../../ui/error-panel.tsx'
import { Field, FieldRow, TextArea, TextInput } from '../../ui/form.tsx'
import { Notice } from '../../ui/notice.tsx'
import styles from './access.module.css'
import { roleOptions, useSaveRole } from './access-queries.ts'
import { differencesBetween, draftOf, type RoleDraft, type RoleFaults, roleFaults, wishOf } from './role-draft.ts'

interface RoleFormProps {
  /** The role that is changed; undefined for a new one. */
  stored: RoleDefinition | undefined
  start: RoleDraft
  onSaved: (role: RoleDefinition) => void
}

/** Edits an own role. What it is changed to counts at once for everybody who has it. */
export function RoleForm({ stored, start, onSaved }: RoleFormProps) {
  // The role of the moment the form opened: a change by somebody else meanwhile must not be overwritten.
  const [base, setBase] = useState({ stored, start })
  const [draft, setDraft] = useState(start)
  const [checked, setChecked] = useState(false)
  const save = useSaveRole()
  const refusal = useRefusal('roles.write')
  const faults = roleFaults(draft)
  const edit = (next: Partial<RoleDraft>) => {
    setDraft({ ...draft, ...next })
    save.reset()
  }
  const restart = (current: RoleDefinition, next: RoleDraft) => {
    setBase({ stored: current, start: draftOf(current) })
    setDraft(next)
    save.reset()
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setChecked(true)
    if (Object.keys(faults).length > 0 || save.isPending || refusal !== undefined) return
    save.mutateAsync({ of: base.stored, ...wishOf(draft) }).then(onSaved, () => undefined)
  }
  const isDirty = base.stored === undefined || JSON.stringify(draft) !== JSON.stringify(base.start)
  return (
    <form onSubmit={submit} className="stack" noValidate>
      <RoleFields draft={draft} faults={checked ? faults : {}} onChange={edit} />
      {save.error !== null && (
        <SaveFailure error={save.error} roleId={base.stored?.id} draft={draft} onBase={restart} />
      )}
      {isDirty && (
        <Notice tone="info" title="Not saved yet">
          {base.stored !== undefined && base.stored.assignments > 0 && <p>{changingWords(base.stored.assignments)}</p>}
          <div className="row">
            {base.stored !== undefined && <Button onClick={() => edit(base.start)}>Discard changes</Button>}
            <Button type="submit" kind="primary" busy={save.isPending} disabledReason={refusal}>
              {base.stored === undefined ? 'Create role' : 'Save role'}
            </Button>
          </div>
        </Notice>
      )}
    </form>
  )
}

function changingWords(count: number): string {
  const many = `${count.toLocaleString('en')} assignments of it change`
  return `${count === 1 ? 'One assignment of it changes' : many} with the next request.`
}

const lists = [
  ['actions', 'Actions', 'On resources, one a line, such as Microsoft.Compute/virtualMachines/*.'],
  ['notActions', 'Actions left out', 'What of the actions above it does not allow.'],
  [
    'dataActions',
    'Data actions',
    'On the data in resources, such as Microsoft.KeyVault/vaults/secrets/getSecret/action.',
  ],
  ['notDataActions', 'Data actions left out', 'What of the data actions it does not allow.'],
] as const

interface RoleFieldsProps {
  draft: RoleDraft
  faults: RoleFaults
  onChange: (change: Partial<RoleDraft>) => void
}

function RoleFields({ draft, faults, onChange }: RoleFieldsProps) {
  return (
    <>
      <Card title="Role">
        <FieldRow>
          <Field label="Name" error={faults.name}>
            {(control) => (
              <TextInput
                {...control}
                value={draft.name}
                maxLength={100}
                onChange={(event) => onChange({ name: event.target.value })}
              />
            )}
          </Field>
          <Field label="Description" hint="What it is for." error={faults.description}>
            {(control) => (
              <TextInput
                {...control}
                value={draft.description}
                maxLength={500}
                onChange={(event) => onChange({ description: event.target.value })}
              />
            )}
          </Field>
        </FieldRow>
      </Card>
      <Card title="What it allows">
        <div className={styles['lists']}>
          {lists.map(([field, label, hint]) => (
            <Field key={field} label={label} hint={hint} error={faults[field]}>
              {(control) => (
                <TextArea
                  {...control}
                  value={draft[field]}
                  onChange={(event) => onChange({ [field]: event.target.value })}
                />
              )}
            </Field>
          ))}
        </div>
      </Card>
      <Card title="Where it can be given">
        <Field
          label="Assignable scopes"
          hint="Resource IDs, one a line; / is everywhere. It can be given there and below."
          error={faults.assignableScopes}
        >
          {(control) => (
            <TextArea
              {...control}
              rows={3}
              value={draft.assignableScopes}
              onChange={(event) => onChange({ assignableScopes: event.target.value })}
            />
          )}
        </Field>
      </Card>
    </>
  )
}

interface SaveFailureProps {
  error: Error
  roleId: string | undefined
  draft: RoleDraft
  /** Goes on from the role in force, with this draft in the form. */
  onBase: (inForce: RoleDefinition, draft: RoleDraft) => void
}

function SaveFailure({ error, roleId = '', draft, onBase }: SaveFailureProps) {
  const isConflict = hasCode(error, 'precondition_failed')
  const inForce = useQuery({ ...roleOptions(roleId), staleTime: 0, enabled: isConflict })
  if (!isConflict) return <ErrorPanel problem={problemOf(error)} />
  const current = inForce.isFetching ? undefined : inForce.data
  return (
    <ConflictPanel
      noun="role"
      differences={current && differencesBetween(current, draft)}
      onReload={() => current && onBase(current, draftOf(current))}
      onKeep={() => current && onBase(current, draft)}
    />
  )
}
