import type { ReactNode } from 'react'
import { Notice } from './notice.tsx'
import { Progress } from './progress.tsx'
import { ExactTime } from './relative-time.tsx'
import { StatusBadge } from './status-badge.tsx'
import { TickList } from './tick-list.tsx'
import { Untrusted } from './untrusted.tsx'

interface WaitingAgentView {
  readonly id: string
  readonly name: string
  readonly connected: boolean
  readonly trusted: boolean
  readonly lastSeenAt: number | null
  /** Where it can be looked at. */
  readonly instance: { readonly id: string; readonly name: string } | null
}

/** How far an act that took tokens back has come, as the server tells it. */
export interface PropagationView {
  readonly act: 'pause' | 'revoke' | 'delete' | 'detach'
  readonly since: number
  readonly identities: number
  readonly state: 'running' | 'complete' | 'expired'
  readonly completedAt: number | null
  readonly replicas: { readonly told: number; readonly total: number }
  readonly agents: { readonly done: number; readonly total: number; readonly waiting: readonly WaitingAgentView[] }
  readonly lastTokenEnds: number | null
}

interface PropagationPanelProps {
  propagation: PropagationView
  /** A way to an instance. */
  linkTo: (instance: { readonly id: string; readonly name: string }) => ReactNode
}

const actWords: Record<PropagationView['act'], string> = {
  pause: 'Paused',
  revoke: 'Tokens revoked',
  delete: 'Turned off or deleted',
  detach: 'Detached',
}

/** Servers and agents as they confirm, one after the other, until no token of before is good anywhere. */
export function PropagationPanel({ propagation, linkTo }: PropagationPanelProps) {
  const { act, since, identities, replicas, agents, lastTokenEnds } = propagation
  return (
    <>
      <p>
        {actWords[act]} <ExactTime at={since} precision="second" relative />
        {identities > 1 && `: ${identities} identities`}.
      </p>
      <TickList
        label="How far it has come"
        items={[
          {
            name: 'Servers',
            done: replicas.told === replicas.total,
            detail: `${replicas.told} of ${replicas.total}: authority, resource manager and vaults refuse`,
          },
          { name: 'Agents', done: agents.done === agents.total, detail: <AgentsDetail agents={agents} act={act} /> },
          {
            name: 'Tokens that are out',
            done: lastTokenEnds === null,
            detail: <LastTokenDetail at={lastTokenEnds} />,
          },
        ]}
      />
      {agents.total > 0 && (
        <Progress label="Agents that have confirmed" done={agents.done} total={agents.total}>
          {agents.done} of {agents.total} agents have confirmed
        </Progress>
      )}
      <Waiting waiting={agents.waiting} linkTo={linkTo} lastTokenEnds={lastTokenEnds} />
      <div aria-live="polite">
        <Outcome propagation={propagation} />
      </div>
    </>
  )
}

function AgentsDetail({ agents: { done, total }, act }: Pick<PropagationView, 'agents' | 'act'>) {
  if (total === 0) return 'no agent can have kept a token'
  const gone = act === 'pause' || act === 'revoke' ? 'tokens' : 'key and tokens'
  return `${done} of ${total} have said that they dropped ${gone}`
}

function LastTokenDetail({ at }: { at: number | null }) {
  if (at === null) return 'none is valid any more'
  return (
    <>
      the last ends <ExactTime at={at} relative />, at services that neither ask nor follow the feed
    </>
  )
}

function Waiting({
  waiting,
  linkTo,
  lastTokenEnds,
}: {
  waiting: readonly WaitingAgentView[]
  linkTo: PropagationPanelProps['linkTo']
  lastTokenEnds: number | null
}) {
  if (waiting.length === 0) return null
  return (
    <>
      <h3>Waiting for</h3>
      <ul aria-label="Agents that have not confirmed">
        {waiting.map((agent) => (
          <li key={agent.id}>
            {agent.instance === null ? <Untrusted text={agent.name} /> : linkTo(agent.instance)}{' '}
            <AgentBadge agent={agent} />{' '}
            {!agent.connected && agent.lastSeenAt !== null && (
              <span className="muted">
                last seen <ExactTime at={agent.lastSeenAt} relative />
              </span>
            )}
          </li>
        ))}
      </ul>
      {lastTokenEnds !== null && waiting.some(({ connected }) => !connected) && (
        <p className="muted">
          An agent that is away confirms when it is back. What it may give out until then ends by{' '}
          <ExactTime at={lastTokenEnds} /> at the latest.
        </p>
      )}
    </>
  )
}

function AgentBadge({ agent: { connected, trusted } }: { agent: WaitingAgentView }) {
  if (!trusted) return <StatusBadge tone="bad" word="No longer trusted" title="What it says does not count." />
  return connected ? <StatusBadge tone="busy" word="Is being told" /> : <StatusBadge tone="warn" word="Not connected" />
}

function Outcome({ propagation: { state, completedAt, agents } }: { propagation: PropagationView }) {
  if (state === 'complete' && completedAt !== null) {
    return (
      <Notice tone="ok" title="In force everywhere">
        <p>
          Since <ExactTime at={completedAt} precision="second" relative />.
        </p>
      </Notice>
    )
  }
  if (state === 'expired') {
    const away = agents.total - agents.done
    return (
      <Notice tone="info" title="No token of before is valid any more">
        <p>
          {away} {away === 1 ? 'agent has' : 'agents have'} not confirmed, and {away === 1 ? 'has' : 'have'} nothing
          left that a service would take.
        </p>
      </Notice>
    )
  }
  return <StatusBadge tone="busy" word="On its way" />
}
