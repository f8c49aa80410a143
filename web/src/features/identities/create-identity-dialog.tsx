import { useNavigate } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { problemOf } from '../../api/api-error.ts'
import { useRefusal } from '../../api/session.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog, DialogActions } from '../../ui/dialog.tsx'
import { ErrorPanel } from '../../ui/error-panel.tsx'
import { ReasonField } from '../../ui/reason-field.tsx'
import { notify } from '../../ui/toaster.tsx'
import { visibleText } from '../../ui/visible-text.ts'
import { useCreateIdentity } from './identities-queries.ts'
import { NameFields, namingFaults } from './name-fields.tsx'

/** Makes a user-assigned identity and leads to its page. */
export function CreateIdentityDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title="Create user-assigned identity"
      description="Its principal exists at once and is assigned to nothing yet."
    >
      <CreateForm onClose={onClose} />
    </Dialog>
  )
}

function CreateForm({ onClose }: { onClose: () => void }) {
  const [naming, setNaming] = useState({ name: '', resourceGroup: 'default' })
  const [reason, setReason] = useState('')
  const [checked, setChecked] = useState(false)
  const create = useCreateIdentity()
  const refusal = useRefusal('identities.write')
  const navigate = useNavigate()
  const faults = namingFaults(naming)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setChecked(true)
    if (Object.keys(faults).length > 0 || create.isPending) return
    // By promise: the page it leads to takes this dialog away.
    create.mutateAsync({ ...naming, reason: reason.trim() }).then(
      ({ principalId, name }) => {
        notify('ok', `${visibleText(name)} is created`)
        onClose()
        void navigate({ to: '/identities/$principalId/{-$tab}', params: { principalId, tab: undefined } })
      },
      () => undefined,
    )
  }
  return (
    <form onSubmit={submit} className="stack" noValidate>
      <NameFields naming={naming} faults={checked ? faults : {}} onChange={setNaming} />
      <ReasonField reason={reason} onChange={setReason} />
      {create.error !== null && <ErrorPanel problem={problemOf(create.error)} />}
      <DialogActions>
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" kind="primary" busy={create.isPending} disabledReason={refusal}>
          Create
        </Button>
      </DialogActions>
    </form>
  )
}
