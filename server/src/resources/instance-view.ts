import type { Page, PageQuery } from '@signet/shared/api/paging'
import type {
  AgentSummary,
  BlastRadius,
  Dependents,
  InstanceSummary,
  TokenHistogram,
  TokenLogEntry,
  TokenRequest,
} from '@signet/shared/api/resources'
import type { ObjectId } from '@signet/shared/vocabulary/identifiers'
import type { Clock } from '../platform/clock.ts'
import { type Principal, type PrincipalRegistry, summaryOf, usabilityAt } from '../principals/index.ts'
import type { SlotDirectory, SlotStanding } from '../rotation/index.ts'
import { restorableUntil } from './identity-acts.ts'
import { identityHealth } from './identity-health.ts'
import type { ResourceManager } from './resource-manager.ts'
import type { ServiceInstance } from './service-instance.ts'
import type { UserIdentities } from './user-identities.ts'

/** What the view asks of the domain that knows agents. */
export interface AgentDirectory {
  describe(agentIds: readonly string[]): Promise<ReadonlyMap<string, AgentSummary>>
}

/** Which token requests; the instants are epoch milliseconds, and `to` is not included. */
interface TokenFilter {
  readonly result?: 'ok' | 'refused' | undefined
  readonly audience?: string | undefined
  readonly from?: number | undefined
  readonly to?: number | undefined
}

/** Which of these requests, by correlation ID, are tests whose trace is kept. */
export type TraceDirectory = (correlationIds: readonly string[]) => Promise<ReadonlySet<string>>

/** What hangs on a principal in other domains. */
export type DependentsDirectory = (principalId: ObjectId) => Promise<Dependents>

/** What the view asks of the domain that issues tokens. */
export interface TokenUsage {
  lastUse(principalIds: readonly string[]): ReadonlyMap<string, { at: number; audience: string }>
  /** When the newest request of each was refused for its certificate; those whose newest one was not are left out. */
  refusedFor(principalIds: readonly string[]): ReadonlyMap<string, number>
  recent(principalId: string, query: PageQuery): Page<TokenLogEntry>
  matching(principalId: string, query: PageQuery & TokenFilter): Promise<Page<TokenLogEntry>>
  histogram(principalId: string, query: TokenFilter & { from: number; to: number }): Promise<TokenHistogram>
  /** What was issued lately, and what of it is still out. */
  recently(principalId: string): Promise<Pick<BlastRadius, 'day' | 'week' | 'live'>>
}

/** As many of each as a dialog names. */
const mostNamed = 20
const agentsAtOnce = 500

/** The read model of the instance screens: one row from four domains, a fixed number of queries a page. */
export class InstanceView {
  readonly #resources: ResourceManager
  readonly #users: Pick<UserIdentities, 'placesOf' | 'countsOf'>
  readonly #registry: PrincipalRegistry
  readonly #slots: SlotDirectory
  readonly #agents: AgentDirectory
  readonly #usage: TokenUsage
  readonly #traced: TraceDirectory
  readonly #dependents: DependentsDirectory
  readonly #clock: Clock

  constructor(parts: {
    resources: ResourceManager
    users: Pick<UserIdentities, 'placesOf' | 'countsOf'>
    registry: PrincipalRegistry
    slots: SlotDirectory
    agents: AgentDirectory
    usage: TokenUsage
    traced: TraceDirectory
    dependents: DependentsDirectory
    clock: Clock
  }) {
    this.#resources = parts.resources
    this.#users = parts.users
    this.#registry = parts.registry
    this.#slots = parts.slots
    this.#agents = parts.agents
    this.#usage = parts.usage
    this.#traced = parts.traced
    this.#dependents = parts.dependents
    this.#clock = parts.clock
  }

  async summaries(instances: readonly ServiceInstance[]): Promise<InstanceSummary[]> {
    const lastIds = instances.flatMap((instance) => (instance.principalId ? [instance.principalId] : []))
    const principalIds = instances.flatMap((instance) => (hasIdentity(instance) ? [instance.principalId] : []))
    const agentIds = instances.flatMap((instance) => (instance.agentId ? [instance.agentId] : []))
    const principals = new Map((await this.#registry.findAll(lastIds)).map((found) => [found.objectId, found]))
    const standings = new Map((await this.#slots.ofPrincipals(principalIds)).map((found) => [found.principalId, found]))
    const tags = await this.#resources.tagsOf(instances.map((instance) => instance.id))
    const userAssigned = await this.#users.countsOf(instances.map((instance) => instance.id))
    const agents = await this.#agents.describe(agentIds)
    const uses = this.#usage.lastUse(principalIds)
    const refusals = this.#usage.refusedFor(principalIds)
    const now = this.#clock.now()
    return instances.map((instance) => {
      const { principalId } = instance
      return summarise(instance, now, {
        principal: principalId ? principals.get(principalId) : undefined,
        standing: principalId ? standings.get(principalId) : undefined,
        agent: instance.agentId ? agents.get(instance.agentId) : undefined,
        lastUse: principalId ? uses.get(principalId) : undefined,
        refusedAt: principalId ? refusals.get(principalId) : undefined,
        tags: tags.get(instance.id),
        userAssigned: userAssigned.get(instance.id) ?? 0,
      })
    })
  }

  /** What depends on an identity. A fixed number of indexed queries. @throws SignetError `not_found` */
  async blastRadius(principalId: ObjectId): Promise<BlastRadius> {
    const principal = await this.#registry.require(principalId)
    const now = this.#clock.now()
    const held = await this.#heldBy(principal)
    const instances = await this.#resources.findAll(held.ids.slice(0, mostNamed))
    const credentials = await this.#registry.credentials.of(principalId)
    return {
      principalId,
      name: principal.displayName,
      instances: { total: held.ids.length, items: instances.map(({ id, name }) => ({ id, name })) },
      agents: { total: held.agentIds.length, connected: await this.#connectedOf(held.agentIds) },
      credentials: credentials.filter((credential) => usabilityAt(credential, now) === 'usable').length,
      ...(await this.#dependents(principalId)),
      lastUsedAt: this.#usage.lastUse([principalId]).get(principalId)?.at ?? null,
      ...(await this.#usage.recently(principalId)),
    }
  }

  /** Where a principal is, and who serves it there. */
  async #heldBy({ objectId, ownerInstanceId }: Principal): Promise<{ ids: string[]; agentIds: string[] }> {
    const own = ownerInstanceId === null ? undefined : await this.#resources.find(ownerInstanceId)
    const places = own ? [{ instanceId: own.id, agentId: own.agentId }] : await this.#users.placesOf(objectId)
    return {
      ids: places.map(({ instanceId }) => instanceId),
      agentIds: [...new Set(places.flatMap(({ agentId }) => agentId ?? []))],
    }
  }

  async #connectedOf(agentIds: readonly string[]): Promise<number> {
    let connected = 0
    for (let start = 0; start < agentIds.length; start += agentsAtOnce) {
      const some = await this.#agents.describe(agentIds.slice(start, start + agentsAtOnce))
      connected += [...some.values()].filter((agent) => agent.connected).length
    }
    return connected
  }

  /** Newest first; those of the last principal, where there is none any more. */
  async tokens(
    { principalId }: Pick<ServiceInstance, 'principalId'>,
    query: PageQuery & TokenFilter,
  ): Promise<Page<TokenRequest>> {
    if (principalId === null) return { items: [], nextCursor: null }
    // Without a filter a page is a stretch of an index, which is read faster than a thread is asked.
    const isFiltered = [query.result, query.audience, query.from, query.to].some((each) => each !== undefined)
    const { items, nextCursor } = isFiltered
      ? await this.#usage.matching(principalId, query)
      : this.#usage.recent(principalId, query)
    const traced = await this.#traced(items.map((entry) => entry.correlationId))
    const traceOf = (id: string) => (traced.has(id) ? id : null)
    return { items: items.map((entry) => ({ ...entry, traceId: traceOf(entry.correlationId) })), nextCursor }
  }

  async tokenHistogram(
    { principalId }: Pick<ServiceInstance, 'principalId'>,
    query: TokenFilter & { from: number; to: number },
  ): Promise<TokenHistogram> {
    if (principalId === null) return { bucketMs: query.to - query.from, buckets: [] }
    return this.#usage.histogram(principalId, query)
  }
}

type WithIdentity = ServiceInstance & { readonly principalId: NonNullable<ServiceInstance['principalId']> }

function hasIdentity(instance: ServiceInstance): instance is WithIdentity {
  return instance.identityState !== 'off' && instance.principalId !== null
}

function summarise(
  instance: ServiceInstance,
  now: number,
  parts: {
    principal: Principal | undefined
    standing: SlotStanding | undefined
    agent: AgentSummary | undefined
    lastUse: { at: number; audience: string } | undefined
    refusedAt: number | undefined
    tags: Readonly<Record<string, string>> | undefined
    userAssigned: number
  },
): InstanceSummary {
  const { standing, agent } = parts
  const principal = hasIdentity(instance) ? parts.principal : undefined
  const { identityState } = instance
  const run = standing?.desired.run
  const until = restorableUntil({ identityState, principal: parts.principal ?? null }, now)
  return {
    id: instance.id,
    name: instance.name,
    kind: instance.kind,
    resourceId: instance.resourceId,
    identityState,
    health: identityHealth(
      {
        identityState,
        principalState: parts.principal?.state ?? null,
        restorableUntil: until,
        agent: agent ?? null,
        credential: standing?.active ?? null,
        run: run && standing.runSince !== null ? { state: run.state, since: standing.runSince } : null,
        refusedAt: parts.refusedAt ?? null,
      },
      now,
    ),
    turningOn:
      identityState === 'enabling'
        ? { principal: principal !== undefined, certificate: isIssued(standing), agent: agent?.connected === true }
        : null,
    restorable: parts.principal && until !== null ? { principalId: parts.principal.objectId, until } : null,
    userAssigned: parts.userAssigned,
    identity: principal ? { principalId: principal.objectId, clientId: principal.clientId } : null,
    credential: standing?.active ? summaryOf(standing.active) : null,
    nextRotationAt: standing?.rotateAfter ?? null,
    lastToken: parts.lastUse ?? null,
    agent: agent ?? null,
    tags: { ...parts.tags },
    version: instance.version,
    createdAt: instance.createdAt,
  }
}

function isIssued(standing: SlotStanding | undefined): boolean {
  return standing !== undefined && (standing.desired.prepared !== null || standing.desired.active !== null)
}
