import type { Propagation, PropagationState } from '@signet/shared/api/revocations'
import { AgentId, type InstanceId, ObjectId } from '@signet/shared/vocabulary/identifiers'
import { dayMs } from '@signet/shared/vocabulary/time'
import { mostReported, type ReportRequest } from '@signet/shared/wire/agent-protocol'
import type { Clock } from '../platform/clock.ts'
import type { WithdrawalAgentsTable, WithdrawalsTable } from '../platform/database/principal-tables.ts'
import type { RequestContext } from '../platform/request-context.ts'
import type { ChangeRecorder, Transactor, Tx } from '../platform/transaction.ts'
import type { PrincipalRegistry, Withdrawal, WithdrawalObserver } from '../principals/index.ts'
import type { ResourceManager } from '../resources/index.ts'
import type { SlotDirectory, SlotObserver } from '../rotation/index.ts'
import type { AgentsStore } from './agents-store.ts'
import type { AgentStandingRow, OfWithdrawals, WithdrawalsStore } from './withdrawals-store.ts'

/** As many agents as the answer names. */
const mostNamed = 50
/** The tokens of more principals than these are not looked up: the longest that any token lives has to do. */
const mostLookedUp = 2_000
/** One server is all there is: its authority and services refuse from the commit on. */
const replicas = 1

interface WithdrawalsParts {
  readonly store: WithdrawalsStore
  readonly agents: Pick<AgentsStore, 'agent'>
  readonly slots: Pick<SlotDirectory, 'holdersOf'>
  readonly registry: Pick<PrincipalRegistry, 'require'>
  readonly resources: Pick<ResourceManager, 'ofAgent'>
  readonly database: Transactor & ChangeRecorder
  readonly presence: { isConnected(agentId: string): boolean }
  /** When the last token of these that was issued before an instant ends by itself; null when none is out. */
  readonly lastTokenOf: (principalIds: readonly string[], issuedBefore: number) => Promise<number | null>
  readonly clock: Clock
  readonly tenantId: string
}

/**
 * What of an act has arrived where. Every act that takes tokens back leaves a row for the principal and one for each agent that
 * may have such tokens, in its own transaction; an agent's row is confirmed by what the agent reports that it knows and holds.
 * Only the last act on a principal is kept: it asks of everybody what an earlier one has not been told of yet.
 */
export class Withdrawals implements WithdrawalObserver, SlotObserver {
  readonly #parts: WithdrawalsParts

  constructor(parts: WithdrawalsParts) {
    this.#parts = parts
  }

  /** Whoever is to hold it, and whoever has not yet given up what an earlier act asked for. */
  async withdrawn(tx: Tx, context: RequestContext, { act, principal, groupId }: Withdrawal): Promise<void> {
    const { store, slots } = this.#parts
    const { objectId, version } = principal
    await this.#begin(tx, context, { principalId: objectId, act, groupId })
    const holders = act === 'delete' ? [] : await slots.holdersOf(tx, objectId)
    const asked = { principal_id: objectId, wanted: 'dropped' as const, version, confirmed_at: null }
    await store.ask(
      tx,
      holders.map((agent_id) => ({ ...asked, agent_id })),
    )
  }

  async reinstated(tx: Tx, principalId: string): Promise<void> {
    await this.#parts.store.remove(tx, principalId)
    await this.#changed(tx, principalId)
  }

  /** It holds the principal anew, with a key of its own to come: there is nothing to give up. */
  async opened(tx: Tx, { principalId, agentId }: { principalId: ObjectId; agentId: AgentId }): Promise<void> {
    await this.#parts.store.removeAgent(tx, principalId, agentId)
  }

  /** An agent that is no longer trusted is not asked: nothing that it says would count, and what it held is revoked. */
  async closed(
    tx: Tx,
    context: RequestContext,
    { principalId, agentId }: { principalId: ObjectId; agentId: AgentId },
  ): Promise<void> {
    const { store, agents } = this.#parts
    if ((await agents.agent(agentId, tx))?.state !== 'active') return
    const known = await store.find(tx, principalId)
    const isSameAct = known?.act === 'detach' && known.correlation_id === context.correlationId
    if (!isSameAct) await this.#begin(tx, context, { principalId, act: 'detach', groupId: null })
    const row = {
      principal_id: principalId,
      agent_id: agentId,
      wanted: 'wiped',
      version: 0,
      confirmed_at: null,
    } as const
    await store.ask(tx, [row])
  }

  /** Takes in what an agent says that it knows and holds. */
  async reported(agentId: string, report: Pick<ReportRequest, 'principals' | 'known'>): Promise<void> {
    const { store, database, clock } = this.#parts
    const done = (await store.waitingFor(agentId)).filter((row) => isDone(row, report))
    if (done.length === 0) return
    await database.transact(async (tx) => {
      for (const row of done) {
        if (await store.confirm(tx, row, clock.now())) await this.#changed(tx, row.principal_id)
      }
    })
  }

  /** How many are told by now. */
  async counts(which: OfWithdrawals): Promise<Propagation> {
    const agents = await this.#parts.store.agentsOf(which)
    return { replicas, agents: agents.filter(({ agentId }) => this.#parts.presence.isConnected(agentId)).length }
  }

  /**
   * How far the last act has come; null when nothing was taken back, or it was given back.
   *
   * @throws SignetError `not_found` for a principal that is none
   */
  async state(which: OfWithdrawals): Promise<PropagationState | null> {
    const { store, clock, registry } = this.#parts
    if ('principalId' in which) await registry.require(ObjectId.parse(which.principalId))
    const [newest] = await store.of(which, 1)
    if (!newest || isOver(newest, clock.now())) return null
    const ofAct = 'principalId' in which ? which : { correlationId: newest.correlation_id }
    const identities = await store.count(ofAct)
    const agents = await store.agentsOf(ofAct)
    const waiting = agents.filter((agent) => agent.waiting > 0)
    const lastTokenEnds = await this.#lastTokenOf(ofAct, newest, identities)
    const confirmed = agents.flatMap(({ confirmedAt }) => confirmedAt ?? [])
    const isExpired = lastTokenEnds === null || lastTokenEnds <= clock.now()
    return {
      act: newest.act,
      since: newest.at,
      correlationId: newest.correlation_id,
      identities,
      state: waiting.length === 0 ? 'complete' : isExpired ? 'expired' : 'running',
      completedAt: waiting.length === 0 ? Math.max(newest.at, ...confirmed) : null,
      replicas: { told: replicas, total: replicas },
      agents: {
        done: agents.length - waiting.length,
        total: agents.length,
        waiting: await Promise.all(waiting.slice(0, mostNamed).map((agent) => this.#shown(agent))),
      },
      lastTokenEnds,
    }
  }

  async #begin(
    tx: Tx,
    { correlationId }: RequestContext,
    wanted: { principalId: ObjectId; act: WithdrawalsTable['act']; groupId: string | null },
  ): Promise<void> {
    const { store, clock, tenantId } = this.#parts
    await store.put(tx, {
      ...{ principal_id: wanted.principalId, tenant_id: tenantId, act: wanted.act, at: clock.now() },
      ...{ correlation_id: correlationId, group_id: wanted.groupId },
    })
    await this.#changed(tx, wanted.principalId)
  }

  async #shown({ agentId, name, state, lastSeenAt, waiting }: AgentStandingRow) {
    const { resources, presence, clock } = this.#parts
    const id = AgentId.parse(agentId)
    const [instance] = await resources.ofAgent(id)
    const connected = presence.isConnected(agentId)
    return {
      ...{ id, name, connected, trusted: state === 'active', identities: waiting },
      instance: instance ? { id: instance.id as InstanceId, name: instance.name } : null,
      lastSeenAt: connected ? clock.now() : lastSeenAt,
    }
  }

  async #lastTokenOf(which: OfWithdrawals, newest: WithdrawalsTable, identities: number): Promise<number | null> {
    const { store, clock, lastTokenOf } = this.#parts
    if (newest.at + dayMs <= clock.now()) return null
    if (identities > mostLookedUp) return newest.at + dayMs
    const rows = await store.of(which, mostLookedUp)
    const ids = rows.map((row) => row.principal_id)
    return lastTokenOf(ids, newest.at)
  }

  async #changed(tx: Tx, principalId: string): Promise<void> {
    await this.#parts.database.changed(tx, { kind: 'withdrawal', id: principalId })
  }
}

/** What took tokens of a moment back alone has no more to tell once none of them can be valid. */
function isOver({ act, at }: WithdrawalsTable, now: number): boolean {
  return (act === 'revoke' || act === 'detach') && at + dayMs <= now
}

/** Whether what an agent says means that it has given up what it was asked to. */
function isDone(
  { principal_id: objectId, wanted, version }: WithdrawalAgentsTable,
  { principals, known }: Pick<ReportRequest, 'principals' | 'known'>,
): boolean {
  const own = known.find((one) => one.objectId === objectId)
  if (own) return wanted === 'dropped' && own.version >= version
  // What an agent leaves out it does not have, unless it has more than it can name.
  return Math.max(principals.length, known.length) < mostReported && !principals.some((one) => one === objectId)
}
