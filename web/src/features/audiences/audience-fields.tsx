import type { AppRole } from '@signet/shared/api/audiences'
import { Plus, X } from 'lucide-react'
import { Button, IconButton } from '../../ui/button.tsx'
import { DurationField } from '../../ui/duration-field.tsx'
import { Checkbox, Field, FieldRow, Select, TextInput } from '../../ui/form.tsx'
import type { AudienceDraft, AudienceFaults } from './audience-draft.ts'

const versions = [
  { value: '1', label: '1: issuer and claims of v1' },
  { value: '2', label: '2: aud is the application ID' },
] as const
const hourSeconds = 3_600

interface AudienceFieldsProps {
  draft: AudienceDraft
  faults: AudienceFaults
  onChange: (draft: AudienceDraft) => void
  /** A new one has an identifier to be given; of one that comes with Signet only some can be changed. */
  kind: 'new' | 'own' | 'built-in'
}

/** The fields of an audience. */
export function AudienceFields(props: AudienceFieldsProps) {
  const { draft, faults, onChange, kind } = props
  return (
    <>
      {kind === 'new' && (
        <Field
          label="Identifier URI"
          hint="What clients ask for, such as https://orders.example or api://orders. It cannot be changed later."
          error={faults.uri}
        >
          {(control) => (
            <TextInput
              {...control}
              value={draft.uri}
              onChange={(event) => onChange({ ...draft, uri: event.target.value })}
            />
          )}
        </Field>
      )}
      {kind !== 'built-in' && <Naming {...props} />}
      <Checkbox
        label="Tokens for it have a lifetime of their own"
        checked={draft.lifetimeSeconds !== null}
        onChange={(event) => onChange({ ...draft, lifetimeSeconds: event.target.checked ? hourSeconds : null })}
      />
      {draft.lifetimeSeconds !== null && (
        <DurationField
          label="Token lifetime"
          hint="10 minutes to 24 hours. An identity’s own wins."
          error={faults.lifetimeSeconds}
          seconds={draft.lifetimeSeconds}
          onChange={(lifetimeSeconds) => onChange({ ...draft, lifetimeSeconds })}
        />
      )}
      <Roles roles={draft.roles} fault={faults.roles} onChange={(roles) => onChange({ ...draft, roles })} />
      <Checkbox
        label="Only principals with a role get a token"
        checked={draft.assignmentRequired}
        onChange={(event) => onChange({ ...draft, assignmentRequired: event.target.checked })}
      />
    </>
  )
}

function Naming({ draft, faults, onChange }: AudienceFieldsProps) {
  return (
    <>
      <FieldRow>
        <Field label="Name" error={faults.name}>
          {(control) => (
            <TextInput
              {...control}
              value={draft.name}
              onChange={(event) => onChange({ ...draft, name: event.target.value })}
            />
          )}
        </Field>
        <Field label="Token version">
          {(control) => (
            <Select
              {...control}
              value={draft.tokenVersion === 1 ? '1' : '2'}
              choices={versions}
              onChange={(version) => onChange({ ...draft, tokenVersion: version === '1' ? 1 : 2 })}
            />
          )}
        </Field>
      </FieldRow>
      <Checkbox
        label="Tokens say what the client declared it can handle (xms_cc)"
        checked={draft.clientCapabilities}
        onChange={(event) => onChange({ ...draft, clientCapabilities: event.target.checked })}
      />
    </>
  )
}

interface RolesProps {
  roles: readonly AppRole[]
  fault: string | undefined
  onChange: (roles: readonly AppRole[]) => void
}

/** App roles, one a line; the audience decides what they mean. */
function Roles({ roles, fault, onChange }: RolesProps) {
  const put = (index: number, change: Partial<AppRole>) =>
    onChange(roles.map((role, at) => (at === index ? { ...role, ...change } : role)))
  return (
    <fieldset className="stack">
      <legend>Roles</legend>
      {fault !== undefined && <p className="warn">{fault}</p>}
      {roles.map((role, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a role has no other identity while it is written
        <div key={index} className="row">
          <TextInput
            className="grow"
            aria-label={`Value of role ${index + 1}`}
            placeholder="Orders.Read"
            value={role.value}
            onChange={(event) => put(index, { value: event.target.value })}
          />
          <TextInput
            className="grow"
            aria-label={`Description of role ${index + 1}`}
            placeholder="What it allows"
            maxLength={200}
            value={role.description}
            onChange={(event) => put(index, { description: event.target.value })}
          />
          <IconButton
            label={`Leave role ${index + 1} out`}
            onClick={() => onChange(roles.filter((_, at) => at !== index))}
          >
            <X size={14} aria-hidden />
          </IconButton>
        </div>
      ))}
      <div>
        <Button
          small
          icon={<Plus size={14} aria-hidden />}
          onClick={() => onChange([...roles, { value: '', description: '' }])}
        >
          Add role
        </Button>
      </div>
    </fieldset>
  )
}
