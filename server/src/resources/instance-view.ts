import type { Page, PageQuery } from '@signet/shared/api/paging'
import type { AgentSummary, InstanceSummary, TokenLogEntry } from '@signet/shared/api/resources'
import { type Principal, type PrincipalRegistry, summaryOf } from '../principals/index.ts'
import type { SlotDirectory, SlotStanding } from '../rotation/index.ts'
import type { ServiceInstance } from './service-instance.ts'

/** What the view asks of the domain that knows agents. */
export interface AgentDirectory {
  describe(agentIds: readonly string[]): Promise<ReadonlyMap<string, AgentSummary>>
}

/** What the view asks of the domain that issues tokens. */
export interface TokenUsage {
  lastUse(principalIds: readonly string[]): ReadonlyMap<string, { at: number; audience: string }>
  recent(principalId: string, query: PageQuery): Page<TokenLogEntry>
}

/** The read model of the instance screens: one row from four domains, a fixed number of queries a page. */
export class InstanceView {
  readonly #registry: PrincipalRegistry
  readonly #slots: SlotDirectory
  readonly #agents: AgentDirectory
  readonly #usage: TokenUsage

  constructor(parts: { registry: PrincipalRegistry; slots: SlotDirectory; agents: AgentDirectory; usage: TokenUsage }) {
    this.#registry = parts.registry
    this.#slots = parts.slots
    this.#agents = parts.agents
    this.#usage = parts.usage
  }

  async summaries(instances: readonly ServiceInstance[]): Promise<InstanceSummary[]> {
    const principalIds = instances.flatMap((instance) => (hasIdentity(instance) ? [instance.principalId] : []))
    const agentIds = instances.flatMap((instance) => (instance.agentId ? [instance.agentId] : []))
    const principals = new Map((await this.#registry.findAll(principalIds)).map((found) => [found.objectId, found]))
    const standings = new Map((await this.#slots.ofPrincipals(principalIds)).map((found) => [found.principalId, found]))
    const agents = await this.#agents.describe(agentIds)
    const uses = this.#usage.lastUse(principalIds)
    return instances.map((instance) => {
      const principalId = hasIdentity(instance) ? instance.principalId : undefined
      return summarise(instance, {
        principal: principalId && principals.get(principalId),
        standing: principalId && standings.get(principalId),
        agent: instance.agentId ? agents.get(instance.agentId) : undefined,
        lastUse: principalId && uses.get(principalId),
      })
    })
  }

  recentTokens(instance: ServiceInstance, query: PageQuery): Page<TokenLogEntry> {
    return instance.principalId ? this.#usage.recent(instance.principalId, query) : { items: [], nextCursor: null }
  }
}

type WithIdentity = ServiceInstance & { readonly principalId: NonNullable<ServiceInstance['principalId']> }

function hasIdentity(instance: ServiceInstance): instance is WithIdentity {
  return instance.identityState !== 'off' && instance.principalId !== null
}

function summarise(
  instance: ServiceInstance,
  parts: {
    principal: Principal | undefined
    standing: SlotStanding | undefined
    agent: AgentSummary | undefined
    lastUse: { at: number; audience: string } | undefined
  },
): InstanceSummary {
  const { principal, standing, agent } = parts
  return {
    id: instance.id,
    name: instance.name,
    kind: instance.kind,
    resourceId: instance.resourceId,
    identityState: instance.identityState,
    identityReason: reasonOf(instance, agent),
    identity: principal ? { principalId: principal.objectId, clientId: principal.clientId } : null,
    credential: standing?.active ? summaryOf(standing.active) : null,
    nextRotationAt: standing?.rotateAfter ?? null,
    lastToken: parts.lastUse ?? null,
    agent: agent ?? null,
    version: instance.version,
    createdAt: instance.createdAt,
  }
}

/** Why an identity is not where somebody wants it, in one sentence. */
function reasonOf(instance: ServiceInstance, agent: AgentSummary | undefined): string | null {
  const isWaiting = instance.identityState === 'enabling' || instance.identityState === 'disabling'
  if (!agent) return isWaiting ? 'No agent is enrolled for this instance yet; enroll one to go on.' : null
  if (isWaiting && !agent.connected) return 'The agent is not connected; it goes on as soon as the agent is back.'
  if (instance.identityState === 'enabling') return 'The agent is making its key and fetching its certificate.'
  if (instance.identityState === 'disabling') return 'Tokens are refused already; the agent is removing what it held.'
  return instance.identityState === 'on' && !agent.connected
    ? 'The agent is not connected; it serves what it has and cannot rotate until it is back.'
    : null
}
