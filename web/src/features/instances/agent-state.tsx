import type { AgentSummary } from '@signet/shared/api/resources'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { StatusBadge } from '../../ui/status-badge.tsx'
import styles from './agent-state.module.css'

/** Whether the agent is there and trusted. */
export function ConnectionBadge({ agent }: { agent: AgentSummary }) {
  if (agent.quarantined) return <StatusBadge tone="bad" word="Quarantined" />
  return agent.connected ? <StatusBadge tone="ok" word="Connected" /> : <StatusBadge tone="warn" word="Not connected" />
}

/** Whether the agent is there, and when it was heard of. */
export function AgentState({ agent }: { agent: AgentSummary | null }) {
  if (agent === null) return <StatusBadge tone="off" word="Not enrolled" />
  return (
    <span className={styles['agent']}>
      <ConnectionBadge agent={agent} />
      <span className={styles['seen']}>
        {agent.lastSeenAt === null ? 'never seen' : <>seen {<RelativeTime at={agent.lastSeenAt} />}</>}
      </span>
    </span>
  )
}
