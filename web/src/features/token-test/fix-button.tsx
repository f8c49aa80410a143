import type { TestFailure, TokenTest } from '@signet/shared/api/token-tests'
import { ObjectId } from '@signet/shared/vocabulary/identifiers'
import { useRouter } from '@tanstack/react-router'
import { RotateCw, Wrench } from 'lucide-react'
import { problemOf } from '../../api/api-error.ts'
import { useResume } from '../../api/mend-identity.ts'
import { useRotateNow } from '../../api/rotate-now.ts'
import { useRefusal } from '../../api/session.ts'
import { Button } from '../../ui/button.tsx'
import { Copyable } from '../../ui/copyable.tsx'
import { ErrorPanel } from '../../ui/error-panel.tsx'
import { visibleText } from '../../ui/visible-text.ts'
import { ToInstance } from './to-instance.tsx'
import { TurnOnFix } from './turn-on-fix.tsx'

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
      return <TurnOnFix test={test} label={label} onDone={() => acts.onRunAgain()} />
    case 'rotate_credential':
      return <Rotate principalId={fix.target?.id} label={label} />
    case 'resume_principal':
      return <Resume target={fix.target} label={label} onDone={() => acts.onRunAgain()} />
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

/** Resumes the identity and asks for the token again. */
function Resume(props: { target: TestFailure['fix']['target']; label: string; onDone: () => void }) {
  const resume = useResume()
  const refusal = useRefusal('identities.write')
  const principalId = ObjectId.safeParse(props.target?.id).data
  const isUserAssigned = props.target?.kind === 'user-identity'
  const start = () => {
    if (principalId !== undefined) resume.mutate({ principalId, isUserAssigned }, { onSuccess: props.onDone })
  }
  return (
    <>
      <Button
        kind="primary"
        icon={<Wrench size={14} aria-hidden />}
        busy={resume.isPending}
        disabledReason={refusal}
        onClick={start}
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
