import type { TestTargets } from '@signet/shared/api/token-tests'
import { LocalDialect } from '@signet/shared/wire/agent-protocol'
import { Play } from 'lucide-react'
import { type FormEvent, type KeyboardEvent, useState } from 'react'
import { Button } from '../../ui/button.tsx'
import { Checkbox, Field, FieldRow, Select } from '../../ui/form.tsx'
import { SuggestInput } from '../../ui/suggest-input.tsx'
import { visibleText } from '../../ui/visible-text.ts'
import styles from './token-test.module.css'
import type { TestRequest } from './token-test-queries.ts'

const dialects = LocalDialect.options.map((value) => ({
  value,
  label: value === 'imds' ? 'Metadata endpoint (IMDS)' : 'App Service endpoint',
}))

interface TestFormProps {
  targets: TestTargets
  /** Instance of the address; the first usable one otherwise. */
  preselected: string | undefined
  busy: boolean
  onPick: (instanceId: string) => void
  onRun: (request: TestRequest) => void
}

export function TestForm({ targets, preselected, busy, onPick, onRun }: TestFormProps) {
  const [resource, setResource] = useState(targets.resources[0]?.uri ?? '')
  const [dialect, setDialect] = useState<LocalDialect>('imds')
  const [bypassCache, setBypassCache] = useState(false)
  const instance = pick(targets, preselected)
  const missing = resource.trim() === ''
  const run = (event: FormEvent) => {
    event.preventDefault()
    if (instance === undefined || missing || busy) return
    onRun({ instanceId: instance.id, resource: resource.trim(), dialect, bypassCache })
  }
  const onKeyDown = (event: KeyboardEvent<HTMLFormElement>) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) run(event)
  }
  return (
    <form className={styles['form']} onSubmit={run} onKeyDown={onKeyDown} aria-label="Token test">
      <FieldRow>
        <Field label="Instance">
          {(control) => (
            <Select
              {...control}
              value={instance?.id ?? ''}
              choices={targets.instances.map(choiceOf)}
              onChange={onPick}
            />
          )}
        </Field>
        <Field label="Audience" error={missing ? 'Say who the token is for.' : undefined}>
          {(control) => (
            <SuggestInput
              control={control}
              value={resource}
              placeholder="https://…"
              suggestions={targets.resources.map(({ uri, name }) => ({ value: uri, label: name }))}
              onChange={setResource}
            />
          )}
        </Field>
        <Field label="Endpoint">
          {(control) => <Select {...control} value={dialect} choices={dialects} onChange={setDialect} />}
        </Field>
      </FieldRow>
      <div className={styles['submit']}>
        <Checkbox
          label="Bypass the agent’s cache"
          checked={bypassCache}
          onChange={(event) => setBypassCache(event.target.checked)}
        />
        <Button type="submit" kind="primary" busy={busy} icon={<Play size={14} aria-hidden />}>
          {busy ? 'Getting token…' : 'Get token'}
          <kbd className={styles['keys']}>Ctrl ↵</kbd>
        </Button>
      </div>
    </form>
  )
}

type Target = TestTargets['instances'][number]

function pick({ instances }: TestTargets, preselected: string | undefined): Target | undefined {
  return (
    instances.find((each) => each.id === preselected) ??
    instances.find((each) => each.enabled && each.connected) ??
    instances[0]
  )
}

/** All can be picked: a test of one that does not work tells why. */
function choiceOf(target: Target): { value: string; label: string } {
  const remark = target.enabled ? (target.connected ? '' : ' – agent not connected') : ' – identity off'
  return { value: target.id, label: `${visibleText(target.name)}${remark}` }
}
