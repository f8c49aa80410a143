import type { AgentId } from '@signet/shared/vocabulary/identifiers'
import { dayMs } from '@signet/shared/vocabulary/time'
import type { AuditLog } from '../audit/index.ts'
import type { Clock } from '../platform/clock.ts'
import type { RequestContext } from '../platform/request-context.ts'
import { SignetError } from '../platform/signet-error.ts'
import type { ChangeRecorder, Transactor } from '../platform/transaction.ts'
import type { AgentRow, AgentsStore } from './agents-store.ts'

/** An agent that slept past the end of its certificate may still renew it, and only renew it, for this long (SEC-44). */
const windowMs = 30 * dayMs
/** What an operator allows has to be made use of by then. */
const approvalMs = dayMs

/** Until when a certificate of this agent is good for renewal. */
export function recoverableUntil(agent: Pick<AgentRow, 'recover_until'>, notAfter: number): number {
  return Math.max(notAfter + windowMs, agent.recover_until ?? 0)
}

/** Until when the newest certificate of an agent is good for renewal: past it an operator has to allow it. */
export function lastChanceOf(agent: AgentRow): number {
  return recoverableUntil(agent, Math.max(agent.cert_not_after, agent.new_not_after ?? 0))
}

/** Lets an agent come back that slept for longer than the recovery window. Its key is the one it always had. */
export class AgentRecovery {
  readonly #parts: {
    readonly store: AgentsStore
    readonly database: Transactor & ChangeRecorder
    readonly audit: AuditLog
    readonly clock: Clock
  }

  constructor(parts: {
    store: AgentsStore
    database: Transactor & ChangeRecorder
    audit: AuditLog
    clock: Clock
  }) {
    this.#parts = parts
  }

  /**
   * @returns until when it may renew
   * @throws SignetError `not_found`; `conflict` for one that is not trusted, and one that can come back by itself
   */
  async approve(context: RequestContext, agentId: AgentId, reason: string | undefined): Promise<{ until: number }> {
    const { store, database, audit, clock } = this.#parts
    const until = clock.now() + approvalMs
    await database.transact(async (tx) => {
      const agent = await store.agent(agentId, tx)
      if (!agent) throw new SignetError('not_found', 'There is no such agent.')
      if (agent.state !== 'active') {
        throw new SignetError('conflict', 'This agent is not trusted any more.', { fix: 'Enroll it anew.' })
      }
      if (clock.now() < lastChanceOf(agent)) {
        throw new SignetError('conflict', 'This agent comes back by itself when it runs and reaches the server.')
      }
      await store.updateAgent(tx, agent, { recover_until: until, updated_at: clock.now() })
      await audit.append(tx, context, {
        action: 'agent.recovery_approved',
        target: { kind: 'agent', id: agentId, label: agent.name },
        after: { until },
        ...(reason && { reason }),
      })
      await database.changed(tx, { kind: 'agent', id: agentId })
    })
    return { until }
  }
}
