import type { RolloutPlan } from '@signet/shared/api/rollouts'
import { secondMs } from '@signet/shared/vocabulary/time'
import type { RunRow } from './rotation-store.ts'

/** Pure rules of rollouts. Times are epoch milliseconds. */

/** More failures than this halt a rollout of so many: the stricter of its two limits, and none at all without one. */
export function haltsAfter(plan: Pick<RolloutPlan, 'mostFailed' | 'mostFailedShare'>, total: number): number {
  const limits = [
    ...(plan.mostFailed === null ? [] : [plan.mostFailed]),
    ...(plan.mostFailedShare === null ? [] : [Math.floor(plan.mostFailedShare * total)]),
  ]
  return limits.length === 0 ? 0 : Math.min(...limits)
}

/** What an agent is like, as far as a rollout asks. */
export interface AgentStanding {
  readonly connected: boolean
  readonly lastSeenAt: number | null
  /** What it says is going wrong, and since when. */
  readonly errors: readonly { slotId: string | null; code: string; detail: string; at: number }[]
}

interface OpenItem {
  /** Null where what its agent reports of the slot is not about this. */
  readonly slotId: string | null
  /** When its agent was asked. */
  readonly askedAt: number
  readonly deadlineAt: number
}

export type ItemEnd =
  | { readonly to: 'activated' }
  | { readonly to: 'skipped'; readonly detail: string }
  /** `isRunOpen`: the rotation itself goes on and has to be failed. */
  | { readonly to: 'failed'; readonly code: string; readonly detail: string; readonly isRunOpen: boolean }

/**
 * What has become of a credential whose agent was asked; undefined while it is under way. An error that the agent reports
 * for it counts at once. @param now null while the clock is in doubt: nothing fails by time alone then
 */
export function endOfItem(
  item: OpenItem,
  run: Pick<RunRow, 'state' | 'error_code' | 'error_detail'>,
  agent: AgentStanding | undefined,
  now: number | null,
): ItemEnd | undefined {
  if (run.state === 'cancelled')
    return { to: 'skipped', detail: 'The identity was turned off meanwhile, or its certificate revoked.' }
  if (run.state === 'failed') {
    const detail = run.error_detail ?? 'The rotation has failed.'
    return { to: 'failed', code: run.error_code ?? 'internal', detail, isRunOpen: false }
  }
  if (run.state !== 'requested' && run.state !== 'prepared') return { to: 'activated' }
  const errors = item.slotId === null ? [] : (agent?.errors ?? []).filter(({ slotId }) => slotId === item.slotId)
  const error = errors.find(({ at }) => at >= item.askedAt)
  if (error) return { to: 'failed', code: error.code, detail: `The agent reports: ${error.detail}`, isRunOpen: true }
  if (now === null || now < item.deadlineAt) return undefined
  const { code, detail } = lateness(item, run.state, agent)
  return { to: 'failed', code, detail, isRunOpen: true }
}

function lateness(item: OpenItem, state: 'requested' | 'prepared', agent: AgentStanding | undefined) {
  const seconds = Math.round((item.deadlineAt - item.askedAt) / secondMs)
  if (!agent) return { code: 'agent_offline', detail: 'It has no agent any more.' }
  if (!agent.connected) return { code: 'agent_offline', detail: `Its agent was not connected within ${seconds} s.` }
  const standing = item.slotId === null ? undefined : agent.errors.find(({ slotId }) => slotId === item.slotId)
  if (standing) return { code: standing.code, detail: `The agent reports: ${standing.detail}` }
  return state === 'requested'
    ? { code: 'unavailable', detail: `Its agent is connected and asked for no certificate within ${seconds} s.` }
    : { code: 'unavailable', detail: `Its agent has the new certificate and did not confirm it within ${seconds} s.` }
}
