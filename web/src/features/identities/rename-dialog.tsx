import type { UserIdentityDetail } from '@signet/shared/api/user-identities'
import { useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { hasCode, problemOf } from '../../api/api-error.ts'
import { useRefusal } from '../../api/session.ts'
import { Button } from '../../ui/button.tsx'
import { ConflictPanel } from '../../ui/conflict-panel.tsx'
import { Dialog, DialogActions } from '../../ui/dialog.tsx'
import { ErrorPanel } from '../../ui/error-panel.tsx'
import { ReasonField } from '../../ui/reason-field.tsx'
import { notify } from '../../ui/toaster.tsx'
import { identityOptions, useChangeIdentity } from './identities-queries.ts'
import { NameFields, type Naming, namingFaults } from './name-fields.tsx'

/** Renames an identity or moves it to another group. Shown while it is mounted. */
export function RenameDialog({ identity, onClose }: { identity: UserIdentityDetail; onClose: () => void }) {
  return (
    <Dialog
      open
      onClose={onClose}
      title="Rename or move"
      description="Principal ID and client ID stay. The resource ID changes with the name and the group: code that names it has to follow."
    >
      <RenameForm identity={identity} onClose={onClose} />
    </Dialog>
  )
}

function RenameForm({ identity, onClose }: { identity: UserIdentityDetail; onClose: () => void }) {
  // The version of the moment the dialog opened: a change by somebody else meanwhile must not be overwritten.
  const [version, setVersion] = useState(identity.version)
  const [naming, setNaming] = useState<Naming>({ name: identity.name, resourceGroup: identity.resourceGroup })
  const [reason, setReason] = useState('')
  const [checked, setChecked] = useState(false)
  const change = useChangeIdentity()
  const refusal = useRefusal('identities.write')
  const faults = namingFaults(naming)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setChecked(true)
    if (Object.keys(faults).length > 0 || change.isPending) return
    change
      .mutateAsync({ principalId: identity.principalId, ...naming, reason: reason.trim(), ifMatch: version })
      .then(() => {
        notify('ok', 'Name and group saved')
        onClose()
      })
      .catch(() => undefined)
  }
  return (
    <form onSubmit={submit} className="stack" noValidate>
      <NameFields naming={naming} faults={checked ? faults : {}} onChange={setNaming} />
      <ReasonField reason={reason} onChange={setReason} />
      {change.error !== null && (
        <Failure
          error={change.error}
          identity={identity}
          naming={naming}
          onBase={(current, next) => {
            setVersion(current.version)
            setNaming(next)
            change.reset()
          }}
        />
      )}
      <DialogActions>
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" kind="primary" busy={change.isPending} disabledReason={refusal}>
          Save
        </Button>
      </DialogActions>
    </form>
  )
}

interface FailureProps {
  error: Error
  identity: UserIdentityDetail
  naming: Naming
  /** Goes on from the identity as it is now, with these values in the form. */
  onBase: (current: UserIdentityDetail, naming: Naming) => void
}

function Failure({ error, identity, naming, onBase }: FailureProps) {
  const isConflict = hasCode(error, 'precondition_failed')
  const inForce = useQuery({ ...identityOptions(identity.principalId), staleTime: 0, enabled: isConflict })
  if (!isConflict) return <ErrorPanel problem={problemOf(error)} />
  const current = inForce.isFetching ? undefined : inForce.data
  return (
    <ConflictPanel
      noun="identity"
      differences={
        current && [
          { name: 'Name', before: current.name, after: naming.name },
          { name: 'Resource group', before: current.resourceGroup, after: naming.resourceGroup },
        ]
      }
      onReload={() => current && onBase(current, { name: current.name, resourceGroup: current.resourceGroup })}
      onKeep={() => current && onBase(current, naming)}
    />
  )
}
