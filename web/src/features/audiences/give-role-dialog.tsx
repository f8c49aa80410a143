import type { Audience } from '@signet/shared/api/audiences'
import type { ObjectId } from '@signet/shared/vocabulary/identifiers'
import { useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { problemOf } from '../../api/api-error.ts'
import { loadStateOf } from '../../api/load-state.ts'
import { useRefusal } from '../../api/session.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog, DialogActions } from '../../ui/dialog.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { ErrorPanel } from '../../ui/error-panel.tsx'
import { Field, Select } from '../../ui/form.tsx'
import { Loadable } from '../../ui/loadable.tsx'
import { ReasonField } from '../../ui/reason-field.tsx'
import { notify } from '../../ui/toaster.tsx'
import { visibleText } from '../../ui/visible-text.ts'
import { roleChoice } from './assign-dialog.tsx'
import { audienceChoicesOptions, useAssignRole } from './audiences-queries.ts'

/** Gives one principal a role of an audience to be picked. Shown while it is mounted. */
export function GiveRoleDialog({ principalId, onClose }: { principalId: ObjectId; onClose: () => void }) {
  const query = useQuery(audienceChoicesOptions)
  return (
    <Dialog
      open
      onClose={onClose}
      title="Assign a role"
      description="Its next token for the audience carries the role."
    >
      <Loadable state={loadStateOf(query)} lines={3}>
        {({ items }) => {
          const audiences = items.filter(({ roles }) => roles.length > 0)
          const [first] = audiences
          return first === undefined ? (
            <NoRoles onClose={onClose} />
          ) : (
            <GiveForm principalId={principalId} audiences={audiences} first={first} onClose={onClose} />
          )
        }}
      </Loadable>
    </Dialog>
  )
}

function NoRoles({ onClose }: { onClose: () => void }) {
  return (
    <>
      <EmptyState title="No audience has roles yet">
        <p>Add roles to an audience on its page first.</p>
      </EmptyState>
      <DialogActions>
        <Button onClick={onClose}>Close</Button>
      </DialogActions>
    </>
  )
}

interface GiveFormProps {
  principalId: ObjectId
  audiences: readonly Audience[]
  first: Audience
  onClose: () => void
}

function GiveForm({ principalId, audiences, first, onClose }: GiveFormProps) {
  const [audienceId, setAudienceId] = useState<string>(first.id)
  const [picked, setPicked] = useState('')
  const [reason, setReason] = useState('')
  const assign = useAssignRole()
  const refusal = useRefusal('audiences.write')
  const audience = audiences.find(({ id }) => id === audienceId) ?? first
  const role = audience.roles.find(({ value }) => value === picked)?.value ?? audience.roles[0]?.value ?? ''
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (assign.isPending) return
    assign.mutateAsync({ audienceId: audience.id, principalId, role, reason: reason.trim() }).then(
      () => {
        notify('ok', `It has the role ${visibleText(role)}`)
        onClose()
      },
      () => undefined,
    )
  }
  return (
    <form onSubmit={submit} className="stack">
      <Field label="Audience">
        {(control) => (
          <Select
            {...control}
            value={audienceId}
            choices={audiences.map(({ id, name, uri }) => ({ value: id, label: visibleText(`${name} · ${uri}`) }))}
            onChange={setAudienceId}
          />
        )}
      </Field>
      <Field label="Role">
        {(control) => (
          <Select {...control} value={role} choices={audience.roles.map(roleChoice)} onChange={setPicked} />
        )}
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
