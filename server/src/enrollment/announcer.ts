import type { ChangeKind } from '@signet/shared/api/events'
import type { Logger } from '../platform/log.ts'
import type { Change } from '../platform/transaction.ts'
import type { PrincipalRegistry } from '../principals/index.ts'
import type { ResourceManager } from '../resources/index.ts'
import type { SlotDirectory } from '../rotation/index.ts'
import type { AgentStreams } from './agent-streams.ts'
import type { AgentsStore } from './agents-store.ts'

/** Whom a change concerns. Every kind is listed: one that is added does not compile until somebody decides. */
const reachOf: Record<ChangeKind, 'holders' | 'everybody' | 'nobody'> = {
  instance: 'holders',
  principal: 'holders',
  slot: 'holders',
  run: 'holders',
  policy: 'everybody',
  agent: 'nobody',
  withdrawal: 'nobody',
  audit: 'nobody',
  resource: 'nobody',
  key: 'nobody',
  certificate_authority: 'everybody',
  job: 'nobody',
  rollout: 'nobody',
  alert: 'nobody',
  webhook: 'nobody',
  role_assignment: 'nobody',
  role_definition: 'nobody',
  vault: 'nobody',
  usage: 'nobody',
}

export interface AnnouncerParts {
  readonly streams: AgentStreams
  readonly store: Pick<AgentsStore, 'agent'>
  readonly slots: Pick<SlotDirectory, 'agentsOf' | 'principalsOf'>
  readonly resources: Pick<ResourceManager, 'find'>
  readonly registry: Pick<PrincipalRegistry, 'find'>
  readonly log: Logger
}

/**
 * Tells the agents that a change concerns, and no others. States are level-triggered, so telling too many is harmless and
 * telling too few is not: whoever holds or ever held a slot counts, and a change that cannot be traced goes to everybody.
 */
export class Announcer {
  readonly #parts: AnnouncerParts

  constructor(parts: AnnouncerParts) {
    this.#parts = parts
  }

  /** Called with the changes of one commit. Revocations leave before any new state. Never throws. */
  async announce(changes: readonly Change[]): Promise<void> {
    const { streams, log } = this.#parts
    if (streams.isEmpty) return
    const distinct = [...new Map(changes.map((change) => [`${change.kind} ${change.id}`, change])).values()]
    try {
      for (const change of distinct) {
        if (change.kind === 'principal') await this.#revokeIfNotEnabled(change.id)
        if (change.kind === 'agent') await this.#dropIfNotTrusted(change.id)
      }
      for (const change of distinct) await this.#pushFor(change)
    } catch (error) {
      log.error({ err: error }, 'agents concerned by a change not found; all are told')
      streams.allStatesChanged()
    }
  }

  /** A paused, turned off or deleted principal: its agents give up key and tokens before they hear why (SEC-45). */
  async #revokeIfNotEnabled(objectId: string): Promise<void> {
    const { registry, slots, streams } = this.#parts
    const principal = await registry.find(objectId)
    if (!principal || principal.state === 'enabled') return
    const { version, state } = principal
    for (const agentId of await slots.agentsOf(objectId)) {
      streams.revoke(agentId, { objectId: principal.objectId, version, reason: state })
    }
  }

  async #pushFor(change: Change): Promise<void> {
    const { streams } = this.#parts
    const reach = reachOf[change.kind]
    if (reach === 'nobody') return
    const holders = reach === 'holders' ? await this.#holdersOf(change) : undefined
    if (!holders) return streams.allStatesChanged()
    for (const agentId of holders) streams.stateChanged(agentId)
  }

  /** @returns undefined when there is no trace of what changed */
  async #holdersOf({ kind, id }: Change): Promise<readonly string[] | undefined> {
    const { resources, registry, slots } = this.#parts
    if (kind === 'instance') {
      const instance = await resources.find(id)
      if (!instance) return undefined
      const earlier = instance.principalId ? await slots.agentsOf(instance.principalId) : []
      return instance.agentId ? [instance.agentId, ...earlier] : earlier
    }
    const holders = await slots.agentsOf(id)
    // A principal that no agent was ever given concerns nobody; a slot or run without one cannot be.
    const isTraced = holders.length > 0 || (kind === 'principal' && (await registry.find(id)) !== undefined)
    return isTraced ? holders : undefined
  }

  /** A quarantined or replaced agent: told to give up whatever it was ever trusted with, then nothing more (SEC-42). */
  async #dropIfNotTrusted(agentId: string): Promise<void> {
    const { store, slots, registry, streams } = this.#parts
    const agent = await store.agent(agentId)
    if (!agent || agent.state === 'active') return
    for (const principalId of await slots.principalsOf(agentId)) {
      const principal = await registry.find(principalId)
      if (!principal) continue
      const { objectId, version } = principal
      streams.revoke(agentId, { objectId, version, reason: `agent ${agent.state}` })
    }
    streams.drop(agentId)
  }
}
