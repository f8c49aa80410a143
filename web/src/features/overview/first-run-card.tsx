import type { FirstStep, Overview } from '@signet/shared/api/overview'
import { Link } from '@tanstack/react-router'
import { CircleCheck, CircleDashed } from 'lucide-react'
import { useState } from 'react'
import { Button, buttonClass } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { CopyButton } from '../../ui/copyable.tsx'
import { Progress } from '../../ui/progress.tsx'
import styles from './first-run-card.module.css'
import { firstStepWords } from './overview-words.ts'

const key = 'signet.first-steps'
const hidden = 'hidden'

/** The first steps with a new deployment, until all are done or somebody puts them away in this browser. */
export function FirstRunCard({ firstRun: { steps, instanceId } }: { firstRun: Overview['firstRun'] }) {
  const [isHidden, setHidden] = useState(() => localStorage.getItem(key) === hidden)
  const done = steps.filter((step) => step.done).length
  if (isHidden || done === steps.length) return null
  const hide = () => {
    localStorage.setItem(key, hidden)
    setHidden(true)
  }
  const next = steps.find((step) => !step.done)?.step
  return (
    <Card
      title="First steps"
      actions={
        <Button small kind="quiet" onClick={hide}>
          Hide
        </Button>
      }
    >
      <Progress label="First steps" done={done} total={steps.length}>
        {done} of {steps.length} done
      </Progress>
      <ol className={styles['steps']} aria-label="First steps">
        {steps.map(({ step, done: isDone }) => (
          <li key={step} className={styles['step']} data-done={isDone}>
            {isDone ? <CircleCheck size={16} aria-hidden /> : <CircleDashed size={16} aria-hidden />}
            <span className={styles['words']}>
              <strong>{firstStepWords[step].title}</strong>
              <span className="sr-only">{isDone ? ' (done)' : ' (to do)'}</span>
              {!isDone && <span className={styles['detail']}>{firstStepWords[step].words}</span>}
            </span>
            {!isDone && <Act step={step} instanceId={instanceId} primary={step === next} />}
          </li>
        ))}
      </ol>
    </Card>
  )
}

function Act(props: { step: FirstStep; instanceId: Overview['firstRun']['instanceId']; primary: boolean }) {
  const { step, instanceId } = props
  const look = buttonClass(props.primary ? 'primary' : 'default', true)
  if (step === 'recovery_shares') {
    return (
      <span className={styles['command']}>
        <code>signet recovery-shares</code>
        <CopyButton value="signet recovery-shares" label="command" text="Copy" />
      </span>
    )
  }
  if (step === 'token_tested') {
    return (
      <Link to="/tokens/test" search={{ instance: instanceId ?? undefined }} className={look}>
        Open the tester
      </Link>
    )
  }
  if (instanceId !== null && (step === 'identity_on' || step === 'own_token')) {
    return (
      <Link to="/instances/$instanceId/{-$tab}" params={{ instanceId, tab: undefined }} className={look}>
        {step === 'identity_on' ? 'Open the instance' : 'Show the lines'}
      </Link>
    )
  }
  return (
    <Link to="/instances" className={look}>
      Go to Instances
    </Link>
  )
}
