import { enrollmentApi } from '@signet/shared/api/enrollment'
import type { InstanceId } from '@signet/shared/vocabulary/identifiers'
import { useMutation, useQuery } from '@tanstack/react-query'
import { problemOf } from '../../api/api-error.ts'
import { call } from '../../api/client.ts'
import { useRefusal } from '../../api/session.ts'
import { Button } from '../../ui/button.tsx'
import { CodeBlock } from '../../ui/code-block.tsx'
import { ErrorPanel } from '../../ui/error-panel.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { StatusBadge } from '../../ui/status-badge.tsx'
import { Untrusted } from '../../ui/untrusted.tsx'
import { instanceOptions } from './instances-queries.ts'

/** Makes a join token on demand; it is shown once and lives in this component only. */
export function JoinCommand({ instanceId }: { instanceId: InstanceId }) {
  const issue = useMutation({
    mutationFn: () => call(enrollmentApi.issueJoinToken)({ params: { instanceId }, body: {} }),
    gcTime: 0,
  })
  const refusal = useRefusal('enrollment.write')
  if (issue.data !== undefined) {
    return (
      <>
        <p>Run this on the instance. The token in it works once and is not shown again.</p>
        <CodeBlock code={issue.data.command} label="enrolment command" />
        <p className="muted">
          Expires <RelativeTime at={issue.data.expiresAt} />.
        </p>
        <AgentArrival instanceId={instanceId} />
      </>
    )
  }
  return (
    <>
      <p>Make a join token, then run the command on the instance.</p>
      {issue.error !== null && <ErrorPanel problem={problemOf(issue.error)} />}
      <div>
        <Button kind="primary" busy={issue.isPending} disabledReason={refusal} onClick={() => issue.mutate()}>
          Make join token
        </Button>
      </div>
    </>
  )
}

/** Says when the agent has come. */
function AgentArrival({ instanceId }: { instanceId: InstanceId }) {
  const { data } = useQuery(instanceOptions(instanceId))
  const isHere = data?.agent?.connected === true
  return (
    <output className="row" aria-live="polite">
      <StatusBadge tone={isHere ? 'ok' : 'busy'} word={isHere ? 'Connected' : 'Waiting for the agent…'} />
      {isHere && <Untrusted text={data.name} />}
    </output>
  )
}
