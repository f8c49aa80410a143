import type { InstanceDetail } from '@signet/shared/api/resources'
import { Card } from '../../ui/card.tsx'
import { CodeBlock } from '../../ui/code-block.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { javascriptSample, otherDialectLines, shellSamples } from './code-samples.ts'
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
  return (
    <Card title="Use it from code">
      {endpoints === null ? (
        <EmptyState title="The agent has not reported its endpoints yet">
          <p>The lines to paste appear here as soon as it does.</p>
        </EmptyState>
      ) : (
        <Samples {...shellSamples(endpoints)} others={otherDialectLines(endpoints)} />
      )}
    </Card>
  )
}

function Samples({ environment, imds, curl, others }: ReturnType<typeof shellSamples> & { others: string | null }) {
  return (
    <ol className={styles['steps']}>
      <li>
        <h3>Any Azure SDK</h3>
        <p className="muted">
          Sets <code>IDENTITY_ENDPOINT</code> and <code>IDENTITY_HEADER</code>. Run it on the instance, in the shell
          that starts your code.
        </p>
        <Sample code={environment} label="shell line for any Azure SDK" />
      </li>
      <li>
        <h3>Or, through the metadata endpoint</h3>
        <Sample code={imds} label="shell line for the metadata endpoint" />
      </li>
      {others !== null && (
        <li>
          <h3>Or, one of the other protocols</h3>
          <p className="muted">For code that is made for one of them. Use one line, in a shell that has no other.</p>
          <CodeBlock code={others} label="shell lines for the other protocols" />
        </li>
      )}
      <li>
        <h3>By hand</h3>
        <Sample code={curl} label="curl command" />
      </li>
      <li>
        <h3>JavaScript</h3>
        <CodeBlock code={javascriptSample} label="JavaScript sample" />
      </li>
    </ol>
  )
}

/** Another agent than ours need not serve it. */
function Sample({ code, label }: { code: string | null; label: string }) {
  return code === null ? (
    <p className="muted">This agent does not serve it.</p>
  ) : (
    <CodeBlock code={code} label={label} />
  )
}
