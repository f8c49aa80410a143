import { type PolicyScope, RotationPolicy, type StoredRotationPolicy } from '@signet/shared/api/rotation-policies'
import { useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { hasCode, problemOf } from '../../api/api-error.ts'
import { useRefusal } from '../../api/session.ts'
import { policyOf, policyValueNames } from '../../api/value-names.ts'
import { Button } from '../../ui/button.tsx'
import { ConflictPanel } from '../../ui/conflict-panel.tsx'
import { ErrorPanel } from '../../ui/error-panel.tsx'
import { Notice } from '../../ui/notice.tsx'
import { differencesOf } from '../../ui/value-words.ts'
import styles from './policies.module.css'
import { policyOptions, usePreview, useSavePolicy } from './policies-queries.ts'
import { overlapIsCut, policyFaults } from './policy-faults.ts'
import { PolicyFields } from './policy-fields.tsx'
import { PreviewCard } from './preview-card.tsx'

interface PolicyFormProps {
  /** The policy that is changed; undefined for a new one. */
  stored: StoredRotationPolicy | undefined
  /** What it rules; undefined while that is not known. */
  scope: PolicyScope | undefined
  /** The rules to begin with. */
  start: RotationPolicy
  onSaved: (policy: StoredRotationPolicy) => void
}

/** Edits a policy. What saving would do has to be looked at first, and nothing is saved that was not looked at. */
export function PolicyForm({ stored, scope, start, onSaved }: PolicyFormProps) {
  // The policy of the moment the form opened: a change by somebody else meanwhile must not be overwritten.
  const [base, setBase] = useState({ stored, rules: policyOf(start), round: 0 })
  const [draft, setDraft] = useState(base.rules)
  const [checked, setChecked] = useState(false)
  const preview = usePreview()
  const save = useSavePolicy()
  const refusal = useRefusal('policies.write')
  const faults = policyFaults(draft)
  const changes = differencesOf(base.rules, draft, policyValueNames).filter((each) => each.before !== each.after)
  // What was looked at for another thing to rule does not count.
  const isOfScope = JSON.stringify(preview.variables?.scope) === JSON.stringify(scope)
  const seen = isOfScope ? preview.data : undefined
  const edit = (next: RotationPolicy) => {
    setDraft(next)
    preview.reset()
    save.reset()
  }
  const restart = (current: StoredRotationPolicy | undefined, values: RotationPolicy) => {
    setBase({ stored: current, rules: current ? policyOf(current) : base.rules, round: base.round + 1 })
    edit(values)
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setChecked(true)
    const parsed = RotationPolicy.safeParse(draft)
    if (!parsed.success || scope === undefined || preview.isPending || save.isPending) return
    if (seen === undefined) preview.mutate({ scope, policy: parsed.data })
    else save.mutate({ of: base.stored, scope, policy: parsed.data }, { onSuccess: onSaved })
  }
  const isDirty = changes.length > 0 || stored === undefined
  return (
    <form onSubmit={submit} className={styles['form']} noValidate>
      <PolicyFields key={base.round} draft={draft} faults={checked ? faults : {}} onChange={edit} />
      {overlapIsCut(draft) && (
        <Notice tone="warn">
          <p>The overlap is longer than what is left of the old certificate, so it ends when that expires.</p>
        </Notice>
      )}
      {preview.error !== null && <ErrorPanel problem={problemOf(preview.error)} />}
      {seen !== undefined && <PreviewCard preview={seen} />}
      {save.error !== null && (
        <SaveFailure error={save.error} policyId={base.stored?.id} draft={draft} onBase={restart} />
      )}
      {isDirty && (
        <Notice tone="info" title="Not saved yet">
          {changes.length > 0 && <p>Changed: {changes.map(({ name }) => name).join(', ')}</p>}
          <div className="row">
            {stored !== undefined && <Button onClick={() => restart(base.stored, base.rules)}>Discard changes</Button>}
            <Button
              type="submit"
              kind="primary"
              busy={preview.isPending || save.isPending}
              disabledReason={refusal ?? (scope === undefined ? 'Say first what it rules.' : undefined)}
            >
              {seen === undefined ? 'Preview' : 'Save policy'}
            </Button>
          </div>
        </Notice>
      )}
    </form>
  )
}

interface SaveFailureProps {
  error: Error
  policyId: string | undefined
  draft: RotationPolicy
  /** Goes on from the policy in force, with these values in the form. */
  onBase: (inForce: StoredRotationPolicy, values: RotationPolicy) => void
}

function SaveFailure({ error, policyId = '', draft, onBase }: SaveFailureProps) {
  const isConflict = hasCode(error, 'precondition_failed')
  const inForce = useQuery({ ...policyOptions(policyId), staleTime: 0, enabled: isConflict })
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
