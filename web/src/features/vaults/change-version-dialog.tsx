import type { SecretSummary, SecretVersionSummary } from '@signet/shared/api/vault'
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
import { visibleText } from '../../ui/visible-text.ts'
import { AttributeFields } from './attribute-fields.tsx'
import { type AttributesForm, attributeDifferences, attributesFormOf, readAttributes } from './secret-draft.ts'
import { type SecretPlace, secretOptions, useChangeVersion, versionOptions } from './vaults-queries.ts'

interface ChangeVersionDialogProps {
  place: SecretPlace
  secret: SecretSummary
  version: SecretVersionSummary
  onClose: () => void
}

/** Changes what a version is besides its value. Shown while it is mounted. */
export function ChangeVersionDialog({ onClose, ...rest }: ChangeVersionDialogProps) {
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Change this version of ${visibleText(rest.secret.name)}`}
      description="Its value stays."
    >
      <ChangeVersionForm onClose={onClose} {...rest} />
    </Dialog>
  )
}

function ChangeVersionForm({ place, secret, version, onClose }: ChangeVersionDialogProps) {
  // As it was when the dialog opened: a change by somebody else meanwhile must not be overwritten.
  const [seen, setSeen] = useState(secret.version)
  const [form, setForm] = useState(() => attributesFormOf(version))
  const [reason, setReason] = useState('')
  const [checked, setChecked] = useState(false)
  const change = useChangeVersion(place, version.id)
  const refusal = useRefusal('vaults.write')
  const { attributes, faults } = readAttributes(form, version)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setChecked(true)
    if (attributes === undefined || change.isPending) return
    change.mutateAsync({ ...attributes, reason: reason.trim(), ifMatch: seen }).then(
      () => {
        notify('ok', `${visibleText(secret.name)} is saved`)
        onClose()
      },
      () => undefined,
    )
  }
  const onBase = (current: number, kept: AttributesForm) => {
    setSeen(current)
    setForm(kept)
    change.reset()
  }
  return (
    <form onSubmit={submit} className="stack" noValidate>
      <AttributeFields form={form} faults={checked ? faults : {}} onChange={setForm} />
      <ReasonField reason={reason} onChange={setReason} />
      {change.error !== null && (
        <SaveFailure error={change.error} place={place} versionId={version.id} form={form} onBase={onBase} />
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

interface SaveFailureProps {
  error: Error
  place: SecretPlace
  versionId: string
  form: AttributesForm
  /** Goes on from the secret in force, with these values in the form. */
  onBase: (secretVersion: number, form: AttributesForm) => void
}

function SaveFailure({ error, place, versionId, form, onBase }: SaveFailureProps) {
  const isConflict = hasCode(error, 'precondition_failed')
  const fresh = { staleTime: 0, enabled: isConflict }
  const secret = useQuery({ ...secretOptions(place), ...fresh })
  const version = useQuery({ ...versionOptions(place, versionId), ...fresh })
  if (!isConflict) return <ErrorPanel problem={problemOf(error)} />
  const isFetching = secret.isFetching || version.isFetching
  const [current, inForce] = isFetching ? [] : [secret.data, version.data && attributesFormOf(version.data)]
  return (
    <ConflictPanel
      noun="secret"
      differences={inForce && attributeDifferences(inForce, form)}
      onReload={() => current && inForce && onBase(current.version, inForce)}
      onKeep={() => current && onBase(current.version, form)}
    />
  )
}
