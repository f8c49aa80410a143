import type { InstanceDetail, LocalEndpoints } from '@signet/shared/api/resources'
import { Card } from '../../ui/card.tsx'
import { CodeBlock } from '../../ui/code-block.tsx'
import { CopyButton } from '../../ui/copyable.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Select } from '../../ui/form.tsx'
import { type ShellName, setPreferences, shellNames, usePreferences } from '../../ui/preferences.ts'
import { curlSample, javascriptSample } from './code-samples.ts'
import { dialectLines, everyLine } from './dialect-lines.ts'
import { JoinCommand } from './join-command.tsx'
import styles from './use-from-code.module.css'

/** The lines that lead code on the instance to its identity. */
export function UseFromCode({ instance }: { instance: InstanceDetail }) {
  if (instance.agent === null) {
    return (
      <Card title="Enroll the agent">
        <JoinCommand instanceId={instance.id} />
      </Card>
    )
  }
  const { endpoints } = instance.agent
  if (endpoints === null) {
    return (
      <Card title="Use it from code">
        <EmptyState title="The agent has not reported its endpoints yet">
          <p>The lines to paste appear here as soon as it does.</p>
        </EmptyState>
      </Card>
    )
  }
  return <Lines endpoints={endpoints} />
}

const shellWords: Record<ShellName, string> = {
  sh: 'sh, bash, zsh',
  fish: 'fish',
  powershell: 'PowerShell',
  dotenv: '.env file',
}
const shellChoices = shellNames.map((value) => ({ value, label: shellWords[value] }))

function Lines({ endpoints }: { endpoints: LocalEndpoints }) {
  const { shell } = usePreferences()
  const all = dialectLines(endpoints, shell)
  const curl = curlSample(endpoints)
  return (
    <Card
      title="Use it from code"
      actions={
        <span className="row">
          <Select
            aria-label="Shell"
            value={shell}
            choices={shellChoices}
            onChange={(next) => setPreferences({ shell: next })}
          />
          <CopyButton value={everyLine(all)} label="all lines of every protocol" text="Copy all" />
        </span>
      }
    >
      <p className="muted">
        Run one of these on the instance, in the shell that starts your code. One protocol is enough.
      </p>
      <ol className={styles['steps']}>
        {all.map(({ dialect, title, names, lines }) => (
          <li key={dialect}>
            <h3>{title}</h3>
            <p className="muted">
              {dialect === 'app-service' && 'For any Azure SDK. '}
              {dialect === 'workload-identity' && 'For clients of workload identity. '}
              Sets <Names names={names} />.
            </p>
            <CodeBlock code={lines} label={`lines for the ${title}`} />
          </li>
        ))}
        {curl !== null && (
          <li>
            <h3>By hand</h3>
            <CodeBlock code={curl} label="curl command" />
          </li>
        )}
        <li>
          <h3>JavaScript</h3>
          <CodeBlock code={javascriptSample} label="JavaScript sample" />
        </li>
      </ol>
    </Card>
  )
}

function Names({ names }: { names: readonly string[] }) {
  return names.map((name, index) => (
    <span key={name}>
      {index > 0 && ', '}
      <code>{name}</code>
    </span>
  ))
}
