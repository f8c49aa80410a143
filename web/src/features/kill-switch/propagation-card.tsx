import type { PropagationState } from '@signet/shared/api/revocations'
import { InstanceId, type JobId, type ObjectId } from '@signet/shared/vocabulary/identifiers'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { problemOf } from '../../api/api-error.ts'
import { propagationOfJobOptions, propagationOptions } from '../../api/propagation.ts'
import { Card } from '../../ui/card.tsx'
import { ErrorPanel } from '../../ui/error-panel.tsx'
import { PropagationPanel } from '../../ui/propagation-panel.tsx'
import { Untrusted } from '../../ui/untrusted.tsx'

/** How far the last act has come that took tokens from a principal; nothing where there was none. */
export function PrincipalPropagation({ principalId }: { principalId: ObjectId }) {
  return <Shown {...useQuery(propagationOptions(principalId))} />
}

/** As that, of what a bulk job has stopped. */
export function JobPropagation({ jobId }: { jobId: JobId }) {
  return <Shown {...useQuery(propagationOfJobOptions(jobId))} />
}

interface ShownProps {
  data: { propagation: PropagationState | null } | undefined
  error: Error | null
  refetch: () => Promise<unknown>
}

function Shown({ data, error, refetch }: ShownProps) {
  if (data !== undefined) return data.propagation === null ? null : <PropagationCard propagation={data.propagation} />
  if (error === null) return null
  return (
    <Card title="How far it has come">
      <ErrorPanel problem={problemOf(error)} onRetry={() => void refetch()} />
    </Card>
  )
}

export function PropagationCard({ propagation }: { propagation: PropagationState }) {
  return (
    <Card title="How far it has come">
      <PropagationPanel
        propagation={propagation}
        linkTo={({ id, name }) => (
          <Link to="/instances/$instanceId/{-$tab}" params={{ instanceId: InstanceId.parse(id), tab: 'agent' }}>
            <Untrusted text={name} />
          </Link>
        )}
      />
    </Card>
  )
}
