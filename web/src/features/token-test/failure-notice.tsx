import type { TestFailure, TokenTest } from '@signet/shared/api/token-tests'
import { CodeBlock } from '../../ui/code-block.tsx'
import { Notice } from '../../ui/notice.tsx'
import { visibleLines, visibleText } from '../../ui/visible-text.ts'
import { type FixActs, FixButton } from './fix-button.tsx'

/** Where a test failed, why, what the code on the instance gets, and what mends it. */
export function FailureNotice({ test, failure, acts }: { test: TokenTest; failure: TestFailure; acts: FixActs }) {
  const step = test.steps.findLast((each) => each.status === 'failed' && each.name === failure.step)
  return (
    <Notice tone="bad" title={`Failed at: ${visibleText(step?.title ?? failure.step)}`}>
      <p>{visibleLines(failure.cause)}</p>
      <div>
        <FixButton test={test} failure={failure} acts={acts} />
      </div>
      {failure.answer === null ? (
        <p>The code on the instance gets no answer.</p>
      ) : (
        <>
          <p>What the code on the instance gets:</p>
          <CodeBlock code={answerText(failure.answer)} label="answer of the endpoint" />
        </>
      )}
    </Notice>
  )
}

function answerText({ status, headers, body }: NonNullable<TestFailure['answer']>): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
  return [`HTTP ${status}`, ...lines, '', body].join('\n')
}
