import type { FederatedCredential } from '@signet/shared/api/federation'
import type { ObjectId } from '@signet/shared/vocabulary/identifiers'
import { useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { hasCode, problemOf } from '../../api/api-error.ts'
import { useRefusal } from '../../api/session.ts'
import { Button } from '../../ui/button.tsx'
import { ConflictPanel } from '../../ui/conflict-panel.tsx'
import { Dialog, DialogActions } from '../../ui/dialog.tsx'
import { ErrorPanel } from '../../ui/error-panel.tsx'
import { notify } from '../../ui/toaster.tsx'
import { visibleText } from '../../ui/visible-text.ts'
import { credentialOptions, useSaveRule } from './federation-queries.ts'
import { keysWords, matchWords } from './federation-words.ts'
import { draftOf, draftWarnings, emptyDraft, type Rule, type RuleDraft, ruleOf } from './rule-draft.ts'
import { RuleFields } from './rule-fields.tsx'

interface RuleDialogProps {
  principalId: ObjectId
  /** What is changed; undefined for a new one. */
  stored: FederatedCredential | undefined
  onClose: () => void
}

/** Makes or changes a federated credential. Shown while it is mounted. */
export function RuleDialog({ principalId, stored, onClose }: RuleDialogProps) {
  const done = ({ name }: FederatedCredential) => {
    notify('ok', `${visibleText(name)} is saved`)
    onClose()
  }
  return (
    <Dialog
      open
      onClose={onClose}
      title={stored === undefined ? 'Add federated credential' : `Change ${visibleText(stored.name)}`}
      description="Code that holds a token of this issuer gets tokens of this principal, without a secret."
    >
      <RuleForm principalId={principalId} stored={stored} onSaved={done} onClose={onClose} />
    </Dialog>
  )
}

interface RuleFormProps {
  principalId: ObjectId
  stored: FederatedCredential | undefined
  onSaved: (credential: FederatedCredential) => void
  onClose: () => void
}

function RuleForm({ principalId, stored, onSaved, onClose }: RuleFormProps) {
  const [replaces, setReplaces] = useState(stored)
  const [draft, setDraft] = useState<RuleDraft>(stored === undefined ? emptyDraft : draftOf(stored))
  const [checked, setChecked] = useState(false)
  const save = useSaveRule(principalId)
  const refusal = useRefusal('identities.write')
  const read = ruleOf(draft)
  const warnings = draftWarnings(draft)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setChecked(true)
    if ('faults' in read || save.isPending) return
    save.mutateAsync({ rule: read.rule, replaces }).then(onSaved, () => undefined)
  }
  return (
    <form onSubmit={submit} className="stack" noValidate>
      <RuleFields
        draft={draft}
        faults={checked && 'faults' in read ? read.faults : {}}
        warnings={warnings}
        onChange={setDraft}
        isNew={stored === undefined}
      />
      {save.error !== null && (
        <SaveFailure
          error={save.error}
          stored={replaces}
          rule={'rule' in read ? read.rule : undefined}
          onBase={(current, isTheirs) => {
            setReplaces(current)
            if (isTheirs) setDraft(draftOf(current))
            save.reset()
          }}
        />
      )}
      <DialogActions>
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" kind="primary" busy={save.isPending} disabledReason={refusal}>
          {warnings.length > 0 ? 'Save all the same' : 'Save'}
        </Button>
      </DialogActions>
    </form>
  )
}

interface SaveFailureProps {
  error: Error
  stored: FederatedCredential | undefined
  rule: Rule | undefined
  /** Goes on from what is in force, with its values in the form or with those that are there. */
  onBase: (current: FederatedCredential, isTheirs: boolean) => void
}

function SaveFailure({ error, stored, rule, onBase }: SaveFailureProps) {
  if (stored === undefined || rule === undefined || !hasCode(error, 'precondition_failed')) {
    return <ErrorPanel problem={problemOf(error)} />
  }
  return <Conflict stored={stored} rule={rule} onBase={onBase} />
}

function Conflict(props: { stored: FederatedCredential; rule: Rule; onBase: SaveFailureProps['onBase'] }) {
  const query = useQuery({ ...credentialOptions(props.stored), staleTime: 0 })
  const current = query.isFetching ? undefined : query.data
  return (
    <ConflictPanel
      noun="federated credential"
      differences={current && ruleDifferences(current, props.rule)}
      onReload={() => current && props.onBase(current, true)}
      onKeep={() => current && props.onBase(current, false)}
    />
  )
}

function ruleDifferences(inForce: Rule, yours: Rule) {
  const words = (rule: Rule): [string, string][] => [
    ['Name', rule.name],
    ['Issuer', rule.issuer],
    ['Subject', `${matchWords[rule.match]} ${rule.subject}`],
    ['Audiences', rule.audiences.join(', ')],
    ['Keys', keysWords(rule)],
  ]
  const mine = new Map(words(yours))
  return words(inForce).map(([name, before]) => ({ name, before, after: mine.get(name) ?? null }))
}
