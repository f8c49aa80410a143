import type { TokenTest } from '@signet/shared/api/token-tests'
import { Link } from '@tanstack/react-router'
import { type RefObject, useEffect, useRef } from 'react'
import { Card } from '../../ui/card.tsx'
import { CopyButton } from '../../ui/copyable.tsx'
import { StatusBadge } from '../../ui/status-badge.tsx'
import { visibleText } from '../../ui/visible-text.ts'
import { stepTime } from '../../ui/waterfall.tsx'
import { FailureNotice } from './failure-notice.tsx'
import type { FixActs } from './fix-button.tsx'
import { StepList } from './step-list.tsx'
import { TokenPanel } from './token-panel.tsx'
import styles from './token-test.module.css'

const outcomes = {
  running: { tone: 'busy', word: 'Asking…' },
  ok: { tone: 'ok', word: 'Token received' },
  failed: { tone: 'bad', word: 'No token' },
} as const

/** A test while it runs and after it. */
export function TestResult({ test, acts }: { test: TokenTest; acts: FixActs }) {
  const heading = useFocusOnArrival()
  const isOver = test.outcome !== 'running'
  const time = isOver ? stepTime(test.durationMs) : 'under way'
  return (
    <section aria-label="Result" className="stack">
      <h2 ref={heading} tabIndex={-1} className={styles['outcome']}>
        <StatusBadge {...outcomes[test.outcome]} />
        <span>
          {visibleText(test.instance.name)} · {visibleText(test.resource)} · {time}
        </span>
      </h2>
      {test.failure !== null && <FailureNotice test={test} failure={test.failure} acts={acts} />}
      <div className={styles['panels']}>
        <Card title="Path" actions={<span className="muted">{time}</span>}>
          <StepList steps={test.steps} totalMs={test.durationMs} busy={!isOver} />
          {isOver && <TraceLinks test={test} />}
        </Card>
        {test.token !== null && <TokenPanel test={test} token={test.token} />}
      </div>
    </section>
  )
}

function TraceLinks({ test }: { test: TokenTest }) {
  const address = `${window.location.origin}/tokens/traces/${test.id}`
  return (
    <p className="row">
      <Link to="/tokens/traces/$traceId" params={{ traceId: test.id }}>
        Link to this trace
      </Link>
      <CopyButton value={address} label="link to this trace" />
      <Link to="/tokens/compare" search={{ left: test.id }}>
        Compare…
      </Link>
    </p>
  )
}

/** The result appears below the form; the focus goes there, so that it is read and can be scrolled. */
function useFocusOnArrival(): RefObject<HTMLHeadingElement | null> {
  const ref = useRef<HTMLHeadingElement>(null)
  useEffect(() => ref.current?.focus({ preventScroll: true }), [])
  return ref
}
