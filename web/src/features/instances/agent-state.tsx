import type { AgentSummary } from '@signet/shared/api/resources'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { StatusBadge } from '../../ui/status-badge.tsx'
import styles from './agent-state.module.css'

/** Whether the agent is there, and when it was heard of. */
export function AgentState({ agent }: { agent: AgentSummary | null }) {
  if (agent === null) return <StatusBadge tone="off" word="Not enrolled" />
  return (
    <span className={styles['agent']}>
      <StatusBadge tone={agent.connected ? 'ok' : 'warn'} word={agent.connected ? 'Connected' : 'Not connected'} />
      <span className={styles['seen']}>
        {agent.lastSeenAt === null ? 'never seen' : <>seen {<RelativeTime at={agent.lastSeenAt} />}</>}
      </span>
    </span>
  )
}
