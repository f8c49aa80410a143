import type { TestTarget, TestTargets, TokenTestRequest } from '@signet/shared/api/token-tests'
import { Play } from 'lucide-react'
import { type FormEvent, type KeyboardEvent, useEffect, useState } from 'react'
import { dialectWords } from '../../api/dialect-words.ts'
import { Button } from '../../ui/button.tsx'
import { Checkbox, Field, FieldRow, Select, TextInput } from '../../ui/form.tsx'
import { Kbd } from '../../ui/kbd.tsx'
import { SuggestInput } from '../../ui/suggest-input.tsx'
import { visibleText } from '../../ui/visible-text.ts'
import { IdentityFields } from './identity-fields.tsx'
import { requestOf, type TestDraft, type TestSearch } from './test-request.ts'
import styles from './token-test.module.css'

interface TestFormProps {
  targets: TestTargets
  /** What the address says, with defaults. */
  draft: TestDraft
  busy: boolean
  /** Part of a name by which instances are listed. */
  search: string
  onSearch: (text: string) => void
  onChange: (change: TestSearch) => void
  onRun: (request: TokenTestRequest) => void
}

/** What to ask for. Choices are kept in the address at once, texts when their field is left or the test is run. */
export function TestForm({ targets, draft, busy, search, onSearch, onChange, onRun }: TestFormProps) {
  const [resource, setResource] = useDraft(draft.resource)
  const [value, setValue] = useDraft(draft.selectorValue)
  const current = { ...draft, resource, selectorValue: value }
  const missing = resource.trim() === ''
  const run = (event: FormEvent) => {
    event.preventDefault()
    const request = requestOf(current)
    if (request !== undefined && !busy) onRun(request)
  }
  const onKeyDown = (event: KeyboardEvent<HTMLFormElement>) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) run(event)
  }
  return (
    <form className={styles['form']} onSubmit={run} onKeyDown={onKeyDown} aria-label="Token test">
      <FieldRow>
        <InstanceFields targets={targets} draft={draft} search={search} onSearch={onSearch} onChange={onChange} />
        <IdentityFields draft={draft} value={value} onValue={setValue} onChange={onChange} />
        <Field label="Audience" error={missing ? 'Say who the token is for.' : undefined}>
          {(control) => (
            <SuggestInput
              control={control}
              value={resource}
              placeholder="https://…"
              suggestions={targets.resources.map(({ uri, name }) => ({ value: uri, label: name }))}
              onChange={setResource}
              onLeave={() => resource !== draft.resource && onChange({ resource })}
            />
          )}
        </Field>
        <DialectField draft={draft} onChange={onChange} />
      </FieldRow>
      <div className={styles['submit']}>
        <div className="row">
          <Checkbox
            label="Bypass the agent’s cache"
            checked={draft.bypassCache}
            onChange={(event) => onChange({ fresh: event.target.checked ? '1' : undefined })}
          />
          <Checkbox
            label="Short-lived token (5 min)"
            checked={draft.shortLived}
            onChange={(event) => onChange({ short: event.target.checked ? '1' : undefined })}
          />
        </div>
        <Button type="submit" kind="primary" busy={busy} icon={<Play size={14} aria-hidden />}>
          {busy ? 'Getting token…' : 'Get token'}
          <Kbd keys="Mod+Enter" hint />
        </Button>
      </div>
    </form>
  )
}

type Fields = Pick<TestFormProps, 'draft' | 'onChange'>

function InstanceFields(props: Fields & Pick<TestFormProps, 'targets' | 'search' | 'onSearch'>) {
  const { targets, draft, search, onSearch, onChange } = props
  return (
    <>
      {(targets.hasMore || search !== '') && (
        <Field label="Find instance" hint="Part of its name; not all are listed.">
          {(control) => <TextInput {...control} value={search} onChange={(event) => onSearch(event.target.value)} />}
        </Field>
      )}
      <Field label="Instance">
        {(control) => (
          <Select
            {...control}
            value={draft.target?.id ?? ''}
            choices={targets.instances.map(choiceOf)}
            // What was named on one instance need not be there on another.
            onChange={(instance) => onChange({ instance, select: undefined, value: undefined })}
          />
        )}
      </Field>
    </>
  )
}

function DialectField({ draft, onChange }: Fields) {
  const choices = (draft.target?.dialects ?? []).map(({ dialect, refusal }) => ({
    value: dialect,
    label: refusal === null ? dialectWords[dialect] : `${dialectWords[dialect]} – ${visibleText(refusal)}`,
    disabled: refusal !== null,
  }))
  return (
    <Field label="Endpoint">
      {(control) => (
        <Select {...control} value={draft.dialect} choices={choices} onChange={(dialect) => onChange({ dialect })} />
      )}
    </Field>
  )
}

/** A text that is typed here and follows the address when that changes. */
function useDraft(given: string): [string, (text: string) => void] {
  const [text, setText] = useState(given)
  useEffect(() => setText(given), [given])
  return [text, setText]
}

/** All can be picked: a test of one that does not work tells why. */
function choiceOf(target: TestTarget): { value: string; label: string } {
  const remark = target.enabled ? (target.connected ? '' : ' – agent not connected') : ' – identity off'
  return { value: target.id, label: `${visibleText(target.name)}${remark}` }
}
