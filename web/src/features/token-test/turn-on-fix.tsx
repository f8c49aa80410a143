import type { TokenTest } from '@signet/shared/api/token-tests'
import { useQuery } from '@tanstack/react-query'
import { Wrench } from 'lucide-react'
import { useEffect, useState } from 'react'
import { problemOf } from '../../api/api-error.ts'
import { turnOnOptions, useRestore, useTurnOn } from '../../api/mend-identity.ts'
import { useRefusal } from '../../api/session.ts'
import { Button } from '../../ui/button.tsx'
import { ErrorPanel } from '../../ui/error-panel.tsx'
import { Notice } from '../../ui/notice.tsx'
import { RestoreChoice } from '../../ui/restore-choice.tsx'
import { visibleText } from '../../ui/visible-text.ts'
import { ToInstance } from './to-instance.tsx'
import { targetsOptions } from './token-test-queries.ts'

const askPaceMs = 400
/** An identity is in force within seconds, unless something keeps its agent from it. */
const longestWaitMs = 30_000

interface TurnOnFixProps {
  test: TokenTest
  label: string
  onDone: () => void
}

/**
 * Turns the identity on, and asks for the token again as soon as it is in force on the instance. Where the last principal
 * can be restored that is offered first: a new one would have other IDs.
 */
export function TurnOnFix({ test, label, onDone }: TurnOnFixProps) {
  const { stage, wait, error } = useInForce(test, onDone)
  const turnOn = useTurnOn()
  const restore = useRestore()
  const refusal = useRefusal('identities.write')
  const seen = useQuery({ ...turnOnOptions(test.instance.id), enabled: refusal === undefined && stage !== 'waiting' })
  const { ifMatch, restorable } = seen.data ?? {}
  const isBusy = turnOn.isPending || restore.isPending || stage === 'waiting'
  const asNew = () => {
    restore.reset()
    if (ifMatch !== undefined) turnOn.mutate({ instanceId: test.instance.id, ifMatch }, { onSuccess: wait })
  }
  const again = () => {
    turnOn.reset()
    const wish = ifMatch !== undefined && restorable && { principalId: restorable.principalId, ifMatch }
    if (wish) restore.mutate(wish, { onSuccess: wait })
  }
  const common = { kind: 'primary', icon: <Wrench size={14} aria-hidden /> } as const
  const failed = turnOn.error ?? restore.error
  return (
    <>
      {restorable && !isBusy ? (
        <>
          <RestoreChoice {...restorable} />
          <Button {...common} disabledReason={refusal} onClick={again}>
            Restore the identity of {visibleText(test.instance.name)}
          </Button>
          <Button disabledReason={refusal} onClick={asNew}>
            Make a new principal
          </Button>
        </>
      ) : (
        <Button
          {...common}
          busy={isBusy || (refusal === undefined && seen.data === undefined && seen.error === null)}
          disabledReason={refusal ?? (seen.error === null ? undefined : 'What it would do could not be read.')}
          onClick={asNew}
        >
          {stage === 'waiting' ? 'Turning on; the test follows…' : label}
        </Button>
      )}
      {seen.error !== null && <ErrorPanel problem={problemOf(seen.error)} onRetry={() => void seen.refetch()} />}
      {failed !== null && <ErrorPanel problem={problemOf(failed)} />}
      {error !== null && <ErrorPanel problem={problemOf(error)} />}
      {stage === 'overdue' && <Overdue test={test} />}
    </>
  )
}

/** Waits until the identity is in force, or for too long. */
function useInForce(test: TokenTest, onDone: () => void) {
  const [stage, setStage] = useState<'idle' | 'waiting' | 'overdue'>('idle')
  const waiting = stage === 'waiting'
  const targets = useQuery({
    ...targetsOptions({ instance: test.instance.id }),
    enabled: waiting,
    refetchInterval: askPaceMs,
    staleTime: 0,
  })
  const inForce = targets.data?.instances.find((each) => each.id === test.instance.id)?.enabled === true
  useEffect(() => {
    if (!waiting || !inForce) return
    setStage('idle')
    onDone()
  }, [waiting, inForce, onDone])
  useEffect(() => {
    if (!waiting) return
    const timer = setTimeout(() => setStage('overdue'), longestWaitMs)
    return () => clearTimeout(timer)
  }, [waiting])
  return { stage, wait: () => setStage('waiting'), error: waiting ? targets.error : null }
}

function Overdue({ test }: { test: TokenTest }) {
  return (
    <Notice tone="warn" alert title="The identity is not in force yet">
      <p>It was turned on {longestWaitMs / 1_000} seconds ago, and the agent does not give out tokens for it so far.</p>
      <ToInstance test={test} label="Look at the agent" tab="agent" />
    </Notice>
  )
}
