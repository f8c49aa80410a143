import { type ApplicationDetail, DisplayName } from '@signet/shared/api/applications'
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { type FormEvent, type ReactNode, useState } from 'react'
import { hasCode, problemOf } from '../../api/api-error.ts'
import { useRefusal } from '../../api/session.ts'
import { Button } from '../../ui/button.tsx'
import { ConflictPanel } from '../../ui/conflict-panel.tsx'
import { Dialog, DialogActions } from '../../ui/dialog.tsx'
import { ErrorPanel } from '../../ui/error-panel.tsx'
import { Field, TextInput } from '../../ui/form.tsx'
import { notify } from '../../ui/toaster.tsx'
import { visibleText } from '../../ui/visible-text.ts'
import { applicationOptions, useCreateApplication, useRenameApplication } from './applications-queries.ts'

/** Makes an application and leads to its page, where it gets what it authenticates with. */
export function CreateApplicationDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title="Create application"
      description="It gets tokens once it has a secret, a certificate or a federated credential."
    >
      <CreateForm onClose={onClose} />
    </Dialog>
  )
}

function CreateForm({ onClose }: { onClose: () => void }) {
  const create = useCreateApplication()
  const navigate = useNavigate()
  const [name, setName] = useState('')
  const submit = (given: string) => {
    // By promise: the page it leads to takes this dialog away.
    create.mutateAsync({ name: given }).then(
      (application) => {
        notify('ok', `${visibleText(application.name)} is created`)
        onClose()
        const { principalId } = application
        void navigate({ to: '/applications/$principalId/{-$tab}', params: { principalId, tab: undefined } })
      },
      () => undefined,
    )
  }
  return (
    <NameForm name={name} onName={setName} label="Create" busy={create.isPending} onSubmit={submit} onClose={onClose}>
      {create.error !== null && <ErrorPanel problem={problemOf(create.error)} />}
    </NameForm>
  )
}

/** Renames an application. Shown while it is mounted. */
export function RenameDialog({ application, onClose }: { application: ApplicationDetail; onClose: () => void }) {
  return (
    <Dialog open onClose={onClose} title="Rename application" description="Its IDs stay.">
      <RenameForm application={application} onClose={onClose} />
    </Dialog>
  )
}

function RenameForm({ application, onClose }: { application: ApplicationDetail; onClose: () => void }) {
  const { principalId } = application
  // The version of the moment the dialog opened: a change by somebody else meanwhile must not be overwritten.
  const [version, setVersion] = useState(application.version)
  const [name, setName] = useState(application.name)
  const rename = useRenameApplication(principalId)
  const isConflict = hasCode(rename.error, 'precondition_failed')
  const inForce = useQuery({ ...applicationOptions(principalId), staleTime: 0, enabled: isConflict })
  const current = inForce.isFetching ? undefined : inForce.data
  const goOn = (next: string) => {
    if (current === undefined) return
    setVersion(current.version)
    setName(next)
    rename.reset()
  }
  const submit = (given: string) => {
    rename.mutateAsync({ name: given, ifMatch: version }).then(
      () => {
        notify('ok', `It is called ${visibleText(given)} now`)
        onClose()
      },
      () => undefined,
    )
  }
  return (
    <NameForm name={name} onName={setName} label="Rename" busy={rename.isPending} onSubmit={submit} onClose={onClose}>
      {isConflict && (
        <ConflictPanel
          noun="application"
          differences={current && [{ name: 'Name', before: current.name, after: name }]}
          onReload={() => goOn(current?.name ?? name)}
          onKeep={() => goOn(name)}
        />
      )}
      {rename.error !== null && !isConflict && <ErrorPanel problem={problemOf(rename.error)} />}
    </NameForm>
  )
}

interface NameFormProps {
  name: string
  onName: (name: string) => void
  label: string
  busy: boolean
  onSubmit: (name: string) => void
  onClose: () => void
  /** What went wrong. */
  children: ReactNode
}

function NameForm({ name, onName, label, busy, onSubmit, onClose, children }: NameFormProps) {
  const [checked, setChecked] = useState(false)
  const parsed = DisplayName.safeParse(name)
  const refusal = useRefusal('identities.write')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setChecked(true)
    if (parsed.success && !busy) onSubmit(parsed.data)
  }
  return (
    <form onSubmit={submit} className="stack" noValidate>
      <Field label="Name" error={checked && !parsed.success ? 'Give it a name of 1 to 120 characters.' : undefined}>
        {(control) => <TextInput {...control} value={name} onChange={(event) => onName(event.target.value)} />}
      </Field>
      {children}
      <DialogActions>
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" kind="primary" busy={busy} disabledReason={refusal}>
          {label}
        </Button>
      </DialogActions>
    </form>
  )
}
