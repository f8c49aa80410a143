import type { Audience } from '@signet/shared/api/audiences'
import { bareText } from '@signet/shared/query/query-text'
import { ObjectId } from '@signet/shared/vocabulary/identifiers'
import { useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { problemOf } from '../../api/api-error.ts'
import { principalChoicesOptions } from '../../api/principal-choices.ts'
import { useRefusal } from '../../api/session.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog, DialogActions } from '../../ui/dialog.tsx'
import { ErrorPanel } from '../../ui/error-panel.tsx'
import { Field, Select } from '../../ui/form.tsx'
import { ReasonField } from '../../ui/reason-field.tsx'
import { useSettled } from '../../ui/settled.ts'
import { SuggestInput } from '../../ui/suggest-input.tsx'
import { notify } from '../../ui/toaster.tsx'
import { visibleText } from '../../ui/visible-text.ts'
import { useAssignRole } from './audiences-queries.ts'

/** Gives a principal a role of an audience. Shown while it is mounted. */
export function AssignDialog({ audience, onClose }: { audience: Audience; onClose: () => void }) {
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Assign a role of ${visibleText(audience.name)}`}
      description="The next token of the principal for this audience carries it."
    >
      <AssignForm audience={audience} onClose={onClose} />
    </Dialog>
  )
}

function AssignForm({ audience, onClose }: { audience: Audience; onClose: () => void }) {
  const [principal, setPrincipal] = useState('')
  const [role, setRole] = useState(audience.roles[0]?.value ?? '')
  const [reason, setReason] = useState('')
  const [checked, setChecked] = useState(false)
  const assign = useAssignRole()
  const refusal = useRefusal('audiences.write')
  const settled = useSettled(principal.trim())
  const isPicked = ObjectId.safeParse(settled).success
  const found = useQuery({ ...principalChoicesOptions(bareText(settled)), enabled: !isPicked })
  const id = ObjectId.safeParse(principal.trim())
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setChecked(true)
    if (!id.success || assign.isPending) return
    assign.mutateAsync({ audienceId: audience.id, principalId: id.data, role, reason: reason.trim() }).then(
      (given) => {
        notify('ok', `${visibleText(given.principal.name)} has the role ${visibleText(role)}`)
        onClose()
      },
      () => undefined,
    )
  }
  return (
    <form onSubmit={submit} className="stack" noValidate>
      <Field
        label="Principal"
        hint="Search by name, or paste a principal ID."
        error={checked && !id.success ? 'Pick a principal of the list, or paste its ID.' : undefined}
      >
        {(control) => (
          <SuggestInput control={control} value={principal} suggestions={found.data ?? []} onChange={setPrincipal} />
        )}
      </Field>
      <Field label="Role">
        {(control) => <Select {...control} value={role} choices={audience.roles.map(roleChoice)} onChange={setRole} />}
      </Field>
      <ReasonField reason={reason} onChange={setReason} />
      {assign.error !== null && <ErrorPanel problem={problemOf(assign.error)} />}
      <DialogActions>
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" kind="primary" busy={assign.isPending} disabledReason={refusal}>
          Assign
        </Button>
      </DialogActions>
    </form>
  )
}

export function roleChoice({ value, description }: Audience['roles'][number]) {
  return { value, label: visibleText(description === '' ? value : `${value} · ${description}`) }
}
