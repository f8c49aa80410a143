import type { TestFailure, TokenTest } from '@signet/shared/api/token-tests'
import { ObjectId } from '@signet/shared/vocabulary/identifiers'
import { useQuery } from '@tanstack/react-query'
import { Link, useRouter } from '@tanstack/react-router'
import { ArrowRight, RotateCw, Wrench } from 'lucide-react'
import { useEffect, useState } from 'react'
import { problemOf } from '../../api/api-error.ts'
import { useResume, useTurnOn } from '../../api/mend-identity.ts'
import { useRotateNow } from '../../api/rotate-now.ts'
import { useRefusal } from '../../api/session.ts'
import { Button, buttonClass } from '../../ui/button.tsx'
import { Copyable } from '../../ui/copyable.tsx'
import { ErrorPanel } from '../../ui/error-panel.tsx'
import { Notice } from '../../ui/notice.tsx'
import { visibleText } from '../../ui/visible-text.ts'
import { targetsOptions } from './token-test-queries.ts'

export interface FixActs {
  /** Asks again, as before or without the selector. */
  readonly onRunAgain: (change?: { withoutSelector: true }) => void
  /** Leads to the audience in the form. */
  readonly onEditRequest: () => void
}

/** The one button that mends a failure or leads to where it is mended. */
export function FixButton({ test, failure, acts }: { test: TokenTest; failure: TestFailure; acts: FixActs }) {
  const { fix } = failure
  const label = visibleText(fix.label)
  switch (fix.code) {
    case 'turn_on_identity':
      return <TurnOn test={test} label={label} onDone={() => acts.onRunAgain()} />
    case 'rotate_credential':
      return <Rotate principalId={fix.target?.id} label={label} />
    case 'resume_principal':
      return <Resume principalId={fix.target?.id} label={label} onDone={() => acts.onRunAgain()} />
    case 'enroll_agent':
    case 'start_agent':
    case 'check_clock':
      return <ToInstance test={test} label={label} tab="agent" />
    case 'register_audience':
    case 'assign_role':
    case 'correct_request':
      return (
        <Button kind="primary" icon={<Wrench size={14} aria-hidden />} onClick={acts.onEditRequest}>
          {label}
        </Button>
      )
    case 'use_assigned_identity':
      return (
        <Button
          kind="primary"
          icon={<RotateCw size={14} aria-hidden />}
          onClick={() => acts.onRunAgain({ withoutSelector: true })}
        >
          {label}
        </Button>
      )
    case 'wait':
      return (
        <Button kind="primary" icon={<RotateCw size={14} aria-hidden />} onClick={() => acts.onRunAgain()}>
          {label}
        </Button>
      )
    case 'report_fault':
      return (
        <p className="row">
          {label} for <Copyable value={test.id} label="correlation ID" />
        </p>
      )
  }
}

const askPaceMs = 400
/** An identity is in force within seconds, unless something keeps its agent from it. */
const longestWaitMs = 30_000

/** Turns the identity on, and asks for the token again as soon as it is in force on the instance. */
function TurnOn({ test, label, onDone }: { test: TokenTest; label: string; onDone: () => void }) {
  const [stage, setStage] = useState<'idle' | 'waiting' | 'overdue'>('idle')
  const waiting = stage === 'waiting'
  const turnOn = useTurnOn()
  const refusal = useRefusal('identities.write')
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
  return (
    <>
      <Button
        kind="primary"
        icon={<Wrench size={14} aria-hidden />}
        busy={turnOn.isPending || waiting}
        disabledReason={refusal}
        onClick={() => turnOn.mutate(test.instance.id, { onSuccess: () => setStage('waiting') })}
      >
        {waiting ? 'Turning on; the test follows…' : label}
      </Button>
      {turnOn.error !== null && <ErrorPanel problem={problemOf(turnOn.error)} />}
      {waiting && targets.error !== null && <ErrorPanel problem={problemOf(targets.error)} />}
      {stage === 'overdue' && (
        <Notice tone="warn" alert title="The identity is not in force yet">
          <p>
            It was turned on {longestWaitMs / 1_000} seconds ago, and the agent does not give out tokens for it so far.
          </p>
          <ToInstance test={test} label="Look at the agent" tab="agent" />
        </Notice>
      )}
    </>
  )
}

/** Resumes the identity and asks for the token again. */
function Resume(props: { principalId: string | undefined; label: string; onDone: () => void }) {
  const resume = useResume()
  const refusal = useRefusal('identities.write')
  const id = ObjectId.safeParse(props.principalId).data
  return (
    <>
      <Button
        kind="primary"
        icon={<Wrench size={14} aria-hidden />}
        busy={resume.isPending}
        disabledReason={refusal}
        onClick={() => id !== undefined && resume.mutate(id, { onSuccess: props.onDone })}
      >
        {props.label}
      </Button>
      {resume.error !== null && <ErrorPanel problem={problemOf(resume.error)} />}
    </>
  )
}

function Rotate({ principalId, label }: { principalId: string | undefined; label: string }) {
  const rotate = useRotateNow()
  const router = useRouter()
  const refusal = useRefusal('rotations.write')
  const id = ObjectId.safeParse(principalId).data
  const start = () => {
    if (id === undefined) return
    rotate.mutate(
      { principalId: id, reason: 'token test failed' },
      { onSuccess: (run) => router.navigate({ to: '/rotations/$runId', params: { runId: run.id } }) },
    )
  }
  return (
    <>
      <Button
        kind="primary"
        icon={<Wrench size={14} aria-hidden />}
        busy={rotate.isPending}
        disabledReason={refusal}
        onClick={start}
      >
        {label}
      </Button>
      {rotate.error !== null && <ErrorPanel problem={problemOf(rotate.error)} />}
    </>
  )
}

function ToInstance({ test, label, tab }: { test: TokenTest; label: string; tab: 'agent' }) {
  const refusal = useRefusal('instances.read')
  if (refusal !== undefined) return <Button disabledReason={refusal}>{label}</Button>
  return (
    <Link
      to="/instances/$instanceId/{-$tab}"
      params={{ instanceId: test.instance.id, tab }}
      className={buttonClass('primary')}
    >
      {label}
      <ArrowRight size={14} aria-hidden />
    </Link>
  )
}
