import type { SecretSummary, VaultSummary } from '@signet/shared/api/vault'
import { SecretName } from '@signet/shared/vocabulary/vault-rules'
import { useNavigate } from '@tanstack/react-router'
import { type FormEvent, useRef, useState } from 'react'
import { problemOf } from '../../api/api-error.ts'
import { useRefusal } from '../../api/session.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog, DialogActions } from '../../ui/dialog.tsx'
import { ErrorPanel } from '../../ui/error-panel.tsx'
import { Field, TextArea, TextInput } from '../../ui/form.tsx'
import { ReasonField } from '../../ui/reason-field.tsx'
import { notify } from '../../ui/toaster.tsx'
import { visibleText } from '../../ui/visible-text.ts'
import { AttributeFields } from './attribute-fields.tsx'
import { type AttributesForm, newAttributes, readAttributes, valueFault } from './secret-draft.ts'
import { useSetSecret } from './vaults-queries.ts'

interface SetSecretDialogProps {
  vault: VaultSummary
  /** The one that gets another version; a new one without. */
  secret?: SecretSummary
  onClose: () => void
}

/** Sets a secret. Its value is in this dialog's memory alone, and gone when it closes. Shown while it is mounted. */
export function SetSecretDialog({ vault, secret, onClose }: SetSecretDialogProps) {
  return (
    <Dialog
      open
      onClose={onClose}
      title={
        secret === undefined
          ? `Set a secret in ${visibleText(vault.name)}`
          : `New version of ${visibleText(secret.name)}`
      }
      description={
        secret === undefined
          ? 'A name that the vault has already gets a new version.'
          : 'It is read from the next request on; earlier versions stay as they are.'
      }
    >
      <SetSecretForm vault={vault} {...(secret !== undefined && { secret })} onClose={onClose} />
    </Dialog>
  )
}

function SetSecretForm({ vault, secret, onClose }: SetSecretDialogProps) {
  const [name, setName] = useState(secret?.name ?? '')
  const [value, setValue] = useState('')
  const [form, setForm] = useState<AttributesForm>({ ...newAttributes, contentType: secret?.current.contentType ?? '' })
  const [reason, setReason] = useState('')
  const [checked, setChecked] = useState(false)
  // What is sent is asked for when it is sent, so that no cache has it.
  const latest = useRef(value)
  latest.current = value
  const set = useSetSecret(vault.name, () => latest.current)
  const refusal = useRefusal('vaults.write')
  const navigate = useNavigate()
  const { attributes, faults } = readAttributes(form)
  const isNamed = SecretName.safeParse(name).success
  const fault = valueFault(value)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setChecked(true)
    if (attributes === undefined || !isNamed || fault !== undefined || set.isPending) return
    set.mutateAsync({ ...attributes, secretName: name, reason: reason.trim() }).then(
      (made) => {
        notify('ok', made.versions === 1 ? `${made.name} is set` : `${made.name} has a new version`)
        onClose()
        const params = { vaultName: vault.name, secretName: made.name, version: undefined }
        void navigate({ to: '/vaults/$vaultName/secrets/$secretName/{-$version}', params })
      },
      () => undefined,
    )
  }
  return (
    <form onSubmit={submit} className="stack" noValidate autoComplete="off">
      {secret === undefined && (
        <Field label="Name" error={checked && !isNamed ? 'Use 1 to 127 letters, digits and dashes.' : undefined}>
          {(control) => <TextInput {...control} value={name} onChange={(event) => setName(event.target.value)} />}
        </Field>
      )}
      <Field
        label="Value"
        hint="Kept sealed; shown to nobody who does not ask for it."
        error={checked ? fault : undefined}
      >
        {(control) => (
          <TextArea {...control} rows={3} value={value} onChange={(event) => setValue(event.target.value)} />
        )}
      </Field>
      <AttributeFields form={form} faults={checked ? faults : {}} onChange={setForm} />
      <ReasonField reason={reason} onChange={setReason} />
      {set.error !== null && <ErrorPanel problem={problemOf(set.error)} />}
      <DialogActions>
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" kind="primary" busy={set.isPending} disabledReason={refusal}>
          Set
        </Button>
      </DialogActions>
    </form>
  )
}
