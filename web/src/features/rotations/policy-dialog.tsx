import { RotationPolicy, type StoredRotationPolicy } from '@signet/shared/api/rotation-policies'
import { KeyAlgorithm } from '@signet/shared/vocabulary/credential-states'
import { useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { hasCode, problemOf } from '../../api/api-error.ts'
import { useRefusal } from '../../api/session.ts'
import { policyOf, policyValueNames } from '../../api/value-names.ts'
import { keyAlgorithmWords } from '../../api/words.ts'
import { Button } from '../../ui/button.tsx'
import { ConflictPanel } from '../../ui/conflict-panel.tsx'
import { Dialog, DialogActions } from '../../ui/dialog.tsx'
import { DurationField } from '../../ui/duration-field.tsx'
import { ErrorPanel } from '../../ui/error-panel.tsx'
import { Field, Select, TextInput } from '../../ui/form.tsx'
import { Notice } from '../../ui/notice.tsx'
import { notify } from '../../ui/toaster.tsx'
import { differencesOf } from '../../ui/value-words.ts'
import { overlapIsCut, policyFaults } from './policy-faults.ts'
import styles from './rotations.module.css'
import { policyOptions, useSetPolicy } from './rotations-queries.ts'

interface PolicyDialogProps {
  open: boolean
  policy: StoredRotationPolicy
  onClose: () => void
}

const algorithms = KeyAlgorithm.options.map((value) => ({ value, label: keyAlgorithmWords[value] }))

export function PolicyDialog({ open, policy, onClose }: PolicyDialogProps) {
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title="Edit rotation policy"
      description="Due times of every identity follow at once; running rotations finish as they began."
    >
      <PolicyForm policy={policy} onClose={onClose} />
    </Dialog>
  )
}

function PolicyForm({ policy, onClose }: { policy: StoredRotationPolicy; onClose: () => void }) {
  // The version of the moment the dialog opened: a change by somebody else meanwhile must not be overwritten.
  const [{ id, version }, setBase] = useState(policy)
  const [draft, setDraft] = useState<RotationPolicy>(policyOf(policy))
  const [checked, setChecked] = useState(false)
  const save = useSetPolicy()
  const refusal = useRefusal('policies.write')
  const faults = policyFaults(draft)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setChecked(true)
    const parsed = RotationPolicy.safeParse(draft)
    if (!parsed.success || Object.keys(faults).length > 0 || save.isPending) return
    save.mutate(
      { id, version, policy: parsed.data },
      {
        onSuccess: () => {
          notify('ok', 'Rotation policy saved')
          onClose()
        },
      },
    )
  }
  return (
    <form onSubmit={submit} className={styles['form']} noValidate>
      <PolicyFields key={version} draft={draft} faults={checked ? faults : {}} onChange={setDraft} />
      {overlapIsCut(draft) && (
        <Notice tone="warn">
          <p>The overlap is longer than what is left of the old certificate, so it ends when that expires.</p>
        </Notice>
      )}
      {save.error !== null && (
        <SaveFailure
          error={save.error}
          draft={draft}
          onBase={(inForce, values) => {
            setBase(inForce)
            setDraft(values)
            save.reset()
          }}
        />
      )}
      <DialogActions>
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" kind="primary" busy={save.isPending} disabledReason={refusal}>
          Save policy
        </Button>
      </DialogActions>
    </form>
  )
}

interface PolicyFieldsProps {
  draft: RotationPolicy
  faults: ReturnType<typeof policyFaults>
  onChange: (draft: RotationPolicy) => void
}

function PolicyFields({ draft, faults, onChange }: PolicyFieldsProps) {
  const [percent, setPercent] = useState(String(Math.round(draft.rotateAt * 100)))
  return (
    <>
      <DurationField
        label="Lifetime"
        hint="How long a certificate is valid: one minute to 400 days."
        error={faults['lifetimeSeconds']}
        seconds={draft.lifetimeSeconds}
        onChange={(lifetimeSeconds) => onChange({ ...draft, lifetimeSeconds })}
      />
      <Field
        label="Rotate at (% of lifetime)"
        hint="20 to 90. Each rotation comes up to a fifth earlier, so that not all come at once."
        error={faults['rotateAt']}
      >
        {(control) => (
          <TextInput
            {...control}
            inputMode="numeric"
            value={percent}
            onChange={(event) => {
              setPercent(event.target.value)
              onChange({ ...draft, rotateAt: Number(event.target.value) / 100 })
            }}
          />
        )}
      </Field>
      <DurationField
        label="Overlap"
        hint="How long the old certificate is accepted beside the new one: up to 30 days."
        error={faults['overlapSeconds']}
        seconds={draft.overlapSeconds}
        onChange={(overlapSeconds) => onChange({ ...draft, overlapSeconds })}
      />
      <Field label="Key type">
        {(control) => (
          <Select
            {...control}
            value={draft.keyAlgorithm}
            choices={algorithms}
            onChange={(keyAlgorithm) => onChange({ ...draft, keyAlgorithm })}
          />
        )}
      </Field>
    </>
  )
}

interface SaveFailureProps {
  error: Error
  draft: RotationPolicy
  /** Goes on from the policy in force, with these values in the form. */
  onBase: (inForce: StoredRotationPolicy, values: RotationPolicy) => void
}

function SaveFailure({ error, draft, onBase }: SaveFailureProps) {
  const isConflict = hasCode(error, 'precondition_failed')
  const inForce = useQuery({ ...policyOptions, staleTime: 0, enabled: isConflict })
  if (!isConflict) return <ErrorPanel problem={problemOf(error)} />
  const current = inForce.isFetching ? undefined : inForce.data
  return (
    <ConflictPanel
      noun="rotation policy"
      differences={current && differencesOf(policyOf(current), policyOf(draft), policyValueNames)}
      onReload={() => current && onBase(current, policyOf(current))}
      onKeep={() => current && onBase(current, draft)}
    />
  )
}
