import type { VaultSummary } from '@signet/shared/api/vault'
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
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
import { emptyVault, readVaultForm, type VaultForm, vaultDifferences, vaultFormOf } from './vault-draft.ts'
import { VaultFields, VaultNameFields } from './vault-fields.tsx'
import { useChangeVault, useCreateVault, vaultOptions } from './vaults-queries.ts'

/** Makes a vault and leads to its page. Shown while it is mounted. */
export function NewVaultDialog({ onClose }: { onClose: () => void }) {
  return (
    <Dialog
      open
      onClose={onClose}
      title="New vault"
      description="It holds secrets for clients of Key Vault. Nobody may read them before a role is assigned at it."
    >
      <NewVaultForm onClose={onClose} />
    </Dialog>
  )
}

function NewVaultForm({ onClose }: { onClose: () => void }) {
  const { form, setForm, reason, setReason, faults, read } = useVaultForm(emptyVault)
  const create = useCreateVault()
  const refusal = useRefusal('vaults.write')
  const navigate = useNavigate()
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const draft = read()
    if (draft === undefined || create.isPending) return
    // By promise: the page it leads to takes this dialog away.
    create.mutateAsync({ ...draft, reason: reason.trim() }).then(
      ({ name: vaultName }) => {
        notify('ok', `${visibleText(vaultName)} is created`)
        onClose()
        void navigate({ to: '/vaults/$vaultName/{-$tab}', params: { vaultName, tab: undefined } })
      },
      () => undefined,
    )
  }
  return (
    <form onSubmit={submit} className="stack" noValidate>
      <VaultNameFields form={form} faults={faults} onChange={setForm} />
      <VaultFields form={form} faults={faults} onChange={setForm} />
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

/** Changes how a vault keeps what is deleted, and its tags. Shown while it is mounted. */
export function ChangeVaultDialog({ vault, onClose }: { vault: VaultSummary; onClose: () => void }) {
  return (
    <Dialog open onClose={onClose} title={`Change ${visibleText(vault.name)}`}>
      <ChangeVaultForm vault={vault} onClose={onClose} />
    </Dialog>
  )
}

function ChangeVaultForm({ vault, onClose }: { vault: VaultSummary; onClose: () => void }) {
  // As it was when the dialog opened: a change by somebody else meanwhile must not be overwritten.
  const [base, setBase] = useState(vault)
  const { form, setForm, reason, setReason, faults, read } = useVaultForm(vaultFormOf(vault), base)
  const change = useChangeVault(vault)
  const refusal = useRefusal('vaults.write')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const draft = read()
    if (draft === undefined || change.isPending) return
    const { softDeleteDays, purgeProtection, tags } = draft
    const wish = { softDeleteDays, purgeProtection, tags, reason: reason.trim(), ifMatch: base.version }
    change.mutateAsync(wish).then(
      () => {
        notify('ok', `${visibleText(vault.name)} is saved`)
        onClose()
      },
      () => undefined,
    )
  }
  const onBase = (current: VaultSummary, kept: VaultForm) => {
    setBase(current)
    setForm(kept)
    change.reset()
  }
  return (
    <form onSubmit={submit} className="stack" noValidate>
      <VaultFields form={form} faults={faults} onChange={setForm} isProtected={base.purgeProtection} />
      <ReasonField reason={reason} onChange={setReason} />
      {change.error !== null && <SaveFailure error={change.error} vault={vault} form={form} onBase={onBase} />}
      <DialogActions>
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" kind="primary" busy={change.isPending} disabledReason={refusal}>
          Save
        </Button>
      </DialogActions>
    </form>
  )
}

function useVaultForm(start: VaultForm, before?: VaultSummary) {
  const [form, setForm] = useState(start)
  const [reason, setReason] = useState('')
  const [checked, setChecked] = useState(false)
  const { draft, faults } = readVaultForm(form, before)
  return {
    ...{ form, setForm, reason, setReason },
    faults: checked ? faults : {},
    /** What is asked for; undefined, and what is wrong is shown, while something is. */
    read: () => {
      setChecked(true)
      return draft
    },
  }
}

interface SaveFailureProps {
  error: Error
  vault: VaultSummary
  form: VaultForm
  /** Goes on from the vault in force, with these values in the form. */
  onBase: (current: VaultSummary, form: VaultForm) => void
}

function SaveFailure({ error, vault, form, onBase }: SaveFailureProps) {
  const isConflict = hasCode(error, 'precondition_failed')
  const inForce = useQuery({ ...vaultOptions(vault.name), staleTime: 0, enabled: isConflict })
  if (!isConflict) return <ErrorPanel problem={problemOf(error)} />
  const current = inForce.isFetching ? undefined : inForce.data
  return (
    <ConflictPanel
      noun="vault"
      differences={current && vaultDifferences(vaultFormOf(current), form)}
      onReload={() => current && onBase(current, vaultFormOf(current))}
      onKeep={() => current && onBase(current, form)}
    />
  )
}
