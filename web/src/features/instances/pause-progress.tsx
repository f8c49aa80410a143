import type { BlastRadius } from '@signet/shared/api/resources'
import type { ObjectId } from '@signet/shared/vocabulary/identifiers'
import { useQuery } from '@tanstack/react-query'
import { problemOf } from '../../api/api-error.ts'
import { ErrorPanel } from '../../ui/error-panel.tsx'
import { ExactTime } from '../../ui/relative-time.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { TickList } from '../../ui/tick-list.tsx'
import { visibleText } from '../../ui/visible-text.ts'
import { blastRadiusOptions } from './instances-queries.ts'

/** How far a pause has come: the authority at once, then every agent, then the tokens that are out already. */
export function PauseProgress({ principalId }: { principalId: ObjectId }) {
  const { data, error, refetch } = useQuery(blastRadiusOptions(principalId))
  if (error !== null) return <ErrorPanel problem={problemOf(error)} onRetry={() => void refetch()} />
  if (data === undefined) return <Skeleton lines={3} />
  const { agents, live, name } = data
  return (
    <>
      <TickList
        label="How far the pause has come"
        items={[
          { name: 'Authority', done: true, detail: 'refuses new tokens' },
          ...agents.map((agent, index) => ({
            name: `Agent ${agents.length > 1 ? `${index + 1} ` : ''}of ${visibleText(name)}`,
            done: agent.droppedAt !== null,
            detail: <AgentDetail agent={agent} />,
          })),
          { name: 'Tokens that are out', done: live.until === null, detail: <LiveDetail live={live} /> },
        ]}
      />
      <p aria-live="polite">
        <Summary agents={agents} />
      </p>
    </>
  )
}

function AgentDetail({ agent }: { agent: BlastRadius['agents'][number] }) {
  if (agent.droppedAt !== null) {
    return (
      <>
        has dropped its tokens, <ExactTime at={agent.droppedAt} relative />
      </>
    )
  }
  return agent.connected
    ? 'is being told'
    : 'is not connected: it gives out what it has until it is back, or until that expires'
}

function LiveDetail({ live: { tokens, until } }: Pick<BlastRadius, 'live'>) {
  if (until === null) return 'none is valid any more'
  return (
    <>
      {tokens} valid until <ExactTime at={until} /> at the latest, at services that do not check for revocation
    </>
  )
}

function Summary({ agents }: Pick<BlastRadius, 'agents'>) {
  const times = agents.flatMap(({ droppedAt }) => droppedAt ?? [])
  if (times.length < agents.length) {
    return `${times.length} of ${agents.length} ${agents.length === 1 ? 'agent has' : 'agents have'} dropped the tokens.`
  }
  if (agents.length === 0) return 'No agent is enrolled that could have kept a token.'
  return (
    <>
      No agent holds a token any more since <ExactTime at={Math.max(...times)} />.
    </>
  )
}
