import { type AgentSummary, LocalEndpoints } from '@signet/shared/api/resources'
import { AgentId } from '@signet/shared/vocabulary/identifiers'
import { minuteMs } from '@signet/shared/vocabulary/time'
import type { ReportRequest } from '@signet/shared/wire/agent-protocol'
import type { Clock } from '../platform/clock.ts'
import type { RequestContext } from '../platform/request-context.ts'
import type { ChangeRecorder, Transactor } from '../platform/transaction.ts'
import type { ManagedIdentity } from '../resources/index.ts'
import type { SlotActs } from '../rotation/index.ts'
import { lastChanceOf } from './agent-recovery.ts'
import type { AgentRow, AgentsStore } from './agents-store.ts'
import { mergeErrors, newErrors, readErrors, writeErrors } from './reported-errors.ts'
import type { Withdrawals } from './withdrawals.ts'

/** `last_seen_at` is for people; it is written this often at most. */
const presenceMs = 15 * minuteMs

/** What only the open streams know of an agent. */
interface AgentPresence {
  isConnected(agentId: string): boolean
  /** Null when it has no open stream, or nothing was sent on it yet. */
  sentGeneration(agentId: string): number | null
}

/** What agents say of themselves, and how they are shown. None of it is used to decide anything (SEC-46). */
export class AgentDirectory {
  readonly #parts: {
    readonly store: AgentsStore
    readonly database: Transactor & ChangeRecorder
    readonly identities: Pick<ManagedIdentity, 'agentHolds'>
    readonly acts: Pick<SlotActs, 'noteErrors'>
    readonly clock: Clock
    readonly presence: AgentPresence
    readonly withdrawals: Pick<Withdrawals, 'reported'>
    readonly tenantId: string
  }

  constructor(parts: {
    store: AgentsStore
    database: Transactor & ChangeRecorder
    identities: Pick<ManagedIdentity, 'agentHolds'>
    acts: Pick<SlotActs, 'noteErrors'>
    clock: Clock
    presence: AgentPresence
    withdrawals: Pick<Withdrawals, 'reported'>
    tenantId: string
  }) {
    this.#parts = parts
  }

  /** Takes in what an agent says of itself and of what it holds. */
  async report(context: RequestContext, agent: AgentRow, report: ReportRequest): Promise<void> {
    const { store, database, clock, identities } = this.#parts
    await identities.agentHolds(context, AgentId.parse(agent.id), report.principals)
    await this.#parts.withdrawals.reported(agent.id, report)
    const endpoints = report.endpoints ? JSON.stringify(report.endpoints) : agent.endpoints
    const known = readErrors(agent.errors)
    const errors = writeErrors(mergeErrors(known, report.errors, clock.now()))
    await this.#parts.acts.noteErrors(context, AgentId.parse(agent.id), newErrors(known, report.errors))
    const isNews =
      endpoints !== agent.endpoints ||
      errors !== agent.errors ||
      report.generation !== agent.acked_generation ||
      report.facts.agentVersion !== agent.agent_version ||
      report.facts.platform !== agent.platform ||
      clock.now() - (agent.last_seen_at ?? 0) >= presenceMs
    if (!isNews) return
    await database.transact(async (tx) => {
      const current = await store.agent(agent.id, tx)
      if (!current) return
      await store.updateAgent(tx, current, {
        endpoints,
        errors,
        acked_generation: report.generation,
        agent_version: report.facts.agentVersion,
        platform: report.facts.platform,
        last_seen_at: clock.now(),
        updated_at: clock.now(),
      })
      await database.changed(tx, { kind: 'agent', id: agent.id })
    })
  }

  /** An agent came or went; the dashboard shows it. */
  async presenceChanged(agentId: string): Promise<void> {
    const { store, database, clock } = this.#parts
    await database.transact(async (tx) => {
      const agent = await store.agent(agentId, tx)
      if (agent) await store.updateAgent(tx, agent, { last_seen_at: clock.now(), updated_at: clock.now() })
      await database.changed(tx, { kind: 'agent', id: agentId })
    })
  }

  /** The agent of an ID, or the one that holds the certificate of a SHA-256 thumbprint. */
  async lookUp(names: { guid?: string; sha256?: string }): Promise<{ id: AgentId } | undefined> {
    const { store } = this.#parts
    const row =
      names.guid !== undefined
        ? await store.agent(names.guid)
        : names.sha256 !== undefined
          ? await store.agentByCertificate(names.sha256)
          : undefined
    return row && { id: AgentId.parse(row.id) }
  }

  /** Agents that are no longer trusted and not replaced yet. */
  async quarantined(most: number): Promise<{ id: AgentId; name: string; since: number }[]> {
    const rows = await this.#parts.store.quarantined(this.#parts.tenantId, most)
    return rows.map((row) => ({ id: AgentId.parse(row.id), name: row.name, since: row.updated_at }))
  }

  async describe(agentIds: readonly string[]): Promise<ReadonlyMap<string, AgentSummary>> {
    const rows = await this.#parts.store.agents(agentIds)
    return new Map(
      rows.map((row) => {
        const connected = this.#parts.presence.isConnected(row.id)
        return [
          row.id,
          {
            id: AgentId.parse(row.id),
            version: row.agent_version,
            platform: row.platform,
            connected,
            quarantined: row.state === 'quarantined',
            lastSeenAt: connected ? this.#parts.clock.now() : row.last_seen_at,
            certificateNotAfter: row.cert_not_after,
            recoverableUntil: lastChanceOf(row),
            endpoints: row.endpoints === null ? null : LocalEndpoints.parse(JSON.parse(row.endpoints)),
            errors: readErrors(row.errors),
            ackedGeneration: row.acked_generation,
            sentGeneration: this.#parts.presence.sentGeneration(row.id),
          },
        ]
      }),
    )
  }
}
