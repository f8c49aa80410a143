import { fieldIs } from '@signet/shared/query/query-text'
import { Button, buttonClass } from './button.tsx'
import { Copyable } from './copyable.tsx'
import { ForbiddenPanel } from './forbidden-panel.tsx'
import { Notice } from './notice.tsx'
import type { ProblemView } from './problem.ts'

/** Why something could not be loaded or done, the number to quote, and a way to try again. */
export function ErrorPanel({ problem, onRetry }: { problem: ProblemView; onRetry?: (() => void) | undefined }) {
  if (problem.isSignedOut) return null
  if (problem.missingPermission !== undefined) return <ForbiddenPanel permission={problem.missingPermission} />
  return (
    <Notice tone="bad" alert title={problem.title}>
      {problem.detail !== '' && <p>{problem.detail}</p>}
      {problem.fix !== undefined && <p>{problem.fix}</p>}
      {problem.requestId !== undefined && (
        <p className="row muted">
          Request <Copyable value={problem.requestId} label="request ID" />
        </p>
      )}
      <div className="row">
        {onRetry !== undefined && (
          <Button small onClick={onRetry}>
            Try again
          </Button>
        )}
        {problem.requestId !== undefined && (
          <a href={auditOf(problem.requestId)} className={buttonClass('quiet', true)}>
            Find in audit
          </a>
        )}
      </div>
    </Notice>
  )
}

/** Everything that was recorded of a request, however long ago it was. */
function auditOf(requestId: string): string {
  return `/audit?${new URLSearchParams({ filter: fieldIs('correlation', requestId), range: 'all' })}`
}
