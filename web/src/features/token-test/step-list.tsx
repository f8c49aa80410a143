import type { ProbeStep } from '@signet/shared/wire/agent-protocol'
import { CodeBlock } from '../../ui/code-block.tsx'
import { Copyable } from '../../ui/copyable.tsx'
import { Waterfall } from '../../ui/waterfall.tsx'
import { authoritySteps, stepWords } from './step-words.ts'
import styles from './token-test.module.css'

/** The way a token request took, hop by hop; each opens to what was sent, answered and checked. */
export function StepList(props: { steps: readonly ProbeStep[]; totalMs: number; busy: boolean }) {
  return (
    <Waterfall
      label="Steps of the token request"
      totalMs={props.totalMs}
      busy={props.busy}
      steps={props.steps.map((step, index) => ({
        ...step,
        id: `${index}-${step.name}`,
        remark: step.httpStatus === null ? null : `HTTP ${step.httpStatus}`,
        nested: authoritySteps.has(step.name),
        ...(step.status === 'skipped' ? {} : { panel: <StepPanel step={step} /> }),
      }))}
    />
  )
}

function StepPanel({ step }: { step: ProbeStep }) {
  const { checks, failsWhen } = stepWords[step.name]
  const { exchange } = step
  return (
    <>
      {step.code !== null && (
        <p>
          Error code <Copyable value={step.code} label="error code" />
        </p>
      )}
      {exchange !== null && exchange.request !== '' && (
        <CodeBlock code={exchange.request} label={step.name === 'assertion' ? 'assertion' : 'request'} />
      )}
      {exchange !== null && exchange.response !== '' && <CodeBlock code={exchange.response} label="answer" />}
      <div>
        <strong>Checked</strong>
        <ul className={styles['bullets']}>
          {checks.map((check) => (
            <li key={check}>{check}</li>
          ))}
        </ul>
      </div>
      <div>
        <strong>Fails when</strong>
        <ul className={styles['bullets']}>
          {failsWhen.map((cause) => (
            <li key={cause}>{cause}</li>
          ))}
        </ul>
      </div>
    </>
  )
}
