import type { TokenTest } from '@signet/shared/api/token-tests'
import { type RefObject, useEffect, useRef } from 'react'
import { Card } from '../../ui/card.tsx'
import { CheckList } from '../../ui/check-list.tsx'
import { CodeBlock } from '../../ui/code-block.tsx'
import { Notice } from '../../ui/notice.tsx'
import { StatusBadge } from '../../ui/status-badge.tsx'
import { visibleText } from '../../ui/visible-text.ts'
import { stepTime, Waterfall } from '../../ui/waterfall.tsx'
import { ClaimTable } from './claim-table.tsx'
import { RawToken } from './raw-token.tsx'
import styles from './token-test.module.css'

const checkNames = {
  signature: 'Signature',
  issuer: 'Issuer',
  audience: 'Audience',
  validity: 'Validity',
  principal: 'Principal',
} as const

export function TestResult({ test }: { test: TokenTest }) {
  const heading = useFocusOnArrival()
  const failed = test.outcome === 'failed'
  return (
    <section aria-label="Result" className="stack">
      <h2 ref={heading} tabIndex={-1} className={styles['outcome']}>
        <StatusBadge tone={failed ? 'bad' : 'ok'} word={failed ? 'No token' : 'Token received'} />
        <span>
          {visibleText(test.instance.name)} · {visibleText(test.resource)} · {stepTime(test.durationMs)}
        </span>
      </h2>
      {test.error !== null && <Failure test={test} error={test.error} />}
      <div className={styles['panels']}>
        <Card title="Path" actions={<span className="muted">{stepTime(test.durationMs)}</span>}>
          <Waterfall
            label="Steps of the token request"
            totalMs={test.durationMs}
            steps={test.steps.map((step, index) => ({
              ...step,
              id: `${index}-${step.name}`,
              remark: step.httpStatus === null ? null : `HTTP ${step.httpStatus}`,
            }))}
          />
        </Card>
        {test.token !== null && <Token test={test} token={test.token} />}
      </div>
    </section>
  )
}

/** The result appears below the form; the focus goes there, so that it is read and can be scrolled. */
function useFocusOnArrival(): RefObject<HTMLHeadingElement | null> {
  const ref = useRef<HTMLHeadingElement>(null)
  useEffect(() => ref.current?.focus({ preventScroll: true }), [])
  return ref
}

function Failure({ test, error }: { test: TokenTest; error: NonNullable<TokenTest['error']> }) {
  // Outer steps fail because an inner one did; the inner one began last.
  const step = test.steps.findLast((each) => each.status === 'failed')
  return (
    <Notice tone="bad" alert title={step === undefined ? 'The test failed' : `Failed at: ${visibleText(step.title)}`}>
      <p>
        <strong>Fix:</strong> {visibleText(error.fix)}
      </p>
      {error.body !== '' && (
        <>
          <p>What the code on the instance gets{error.status === null ? '' : ` (HTTP ${error.status})`}:</p>
          <CodeBlock code={error.body} label="answer of the endpoint" />
        </>
      )}
    </Notice>
  )
}

function Token({ test, token }: { test: TokenTest; token: NonNullable<TokenTest['token']> }) {
  return (
    <div className="stack">
      <Card title="Checks">
        <CheckList
          label="Checks by the server"
          items={token.checks.map((check) => ({
            ...check,
            name: checkNames[check.name],
            detail: visibleText(check.detail),
          }))}
        />
      </Card>
      <Card title="Claims" actions={<span className="muted mono">fingerprint {visibleText(token.fingerprint)}</span>}>
        <ClaimTable claims={token.claims} />
        <details>
          <summary>Header</summary>
          <CodeBlock code={JSON.stringify(token.header, null, 2)} label="token header" />
        </details>
      </Card>
      <RawToken test={test} claims={token.claims} />
    </div>
  )
}
