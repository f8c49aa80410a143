import type { Page, PageQuery } from '@signet/shared/api/paging'
import type { AgentSummary } from '@signet/shared/api/resources'
import type {
  AssignedIdentity,
  AssignedInstance,
  HeldRole,
  UserIdentityDetail,
} from '@signet/shared/api/user-identities'
import type { ObjectId, TenantId } from '@signet/shared/vocabulary/identifiers'
import type { Clock } from '../platform/clock.ts'
import type { Database } from '../platform/database/database.ts'
import type { Cursors } from '../platform/database/paging.ts'
import { SignetError } from '../platform/signet-error.ts'
import { type PrincipalRegistry, summaryOf, usabilityAt } from '../principals/index.ts'
import type { SlotDirectory, SlotStanding } from '../rotation/index.ts'
import type { AgentDirectory, TokenUsage } from './instance-view.ts'
import type { ResourceManager } from './resource-manager.ts'
import type { UserIdentities } from './user-identities.ts'
import { UserIdentityListStore } from './user-identity-list-store.ts'
import { userIdentitySummaries } from './user-identity-summary.ts'

interface ViewParts {
  readonly users: UserIdentities
  readonly store: UserIdentityListStore
  readonly resources: Pick<ResourceManager, 'findAll' | 'require'>
  readonly registry: Pick<PrincipalRegistry, 'require' | 'credentials'>
  readonly slots: Pick<SlotDirectory, 'ofPrincipals'>
  readonly agents: Pick<AgentDirectory, 'describe'>
  readonly usage: Pick<TokenUsage, 'lastUse' | 'recently'>
  /** App roles that a principal has. */
  readonly roles: (principalId: ObjectId) => Promise<HeldRole[]>
  /** How many federated credentials a principal has. */
  readonly federatedCredentials: (principalId: ObjectId) => Promise<number>
  readonly clock: Clock
  readonly tenantId: TenantId
  readonly authorityUrl: string
}

/** The read model on its tables. */
export function openUserIdentityView(
  parts: Omit<ViewParts, 'store'> & { database: Database; cursors: Cursors },
): UserIdentityView {
  const store = new UserIdentityListStore(parts.database, parts.cursors, parts.tenantId)
  return new UserIdentityView({ ...parts, store })
}

/** The read model of user-assigned identities. Nothing here changes anything. */
export class UserIdentityView {
  readonly #parts: ViewParts

  constructor(parts: ViewParts) {
    this.#parts = parts
  }

  /** @throws SignetError `not_found` */
  async detail(principalId: ObjectId): Promise<UserIdentityDetail> {
    const { users, registry, slots, usage, roles, federatedCredentials, clock, tenantId, authorityUrl } = this.#parts
    const identity = await users.require(principalId)
    const principal = await registry.require(principalId)
    const now = clock.now()
    const [standings, credentials, held, federated, recently] = await Promise.all([
      slots.ofPrincipals([principalId]),
      registry.credentials.of(principalId),
      roles(principalId),
      federatedCredentials(principalId),
      usage.recently(principalId),
    ])
    const [summary] = userIdentitySummaries([identity], usage, now)
    if (!summary) throw new SignetError('internal')
    return {
      ...summary,
      tenantId,
      authorityUrl,
      agents: standings.length,
      credentials: credentials.filter((credential) => usabilityAt(credential, now) === 'usable').length,
      federatedCredentials: federated,
      roles: held,
      tokenLifetimeSeconds: principal.tokenLifetimeSeconds,
      week: recently.week,
      live: recently.live,
    }
  }

  /** @throws SignetError `not_found` */
  async instances(principalId: ObjectId, query: PageQuery): Promise<Page<AssignedInstance>> {
    const { users, store, resources, slots, agents } = this.#parts
    await users.require(principalId)
    const { items, nextCursor } = await store.instances(principalId, query)
    const found = new Map(
      (await resources.findAll(items.map((each) => each.instanceId))).map((each) => [each.id, each]),
    )
    const described = await agents.describe([...found.values()].flatMap(({ agentId }) => agentId ?? []))
    const standings = await slots.ofPrincipals([principalId])
    return {
      items: items.flatMap(({ instanceId, assignedAt }): AssignedInstance[] => {
        const instance = found.get(instanceId)
        if (!instance) return []
        const { id, name, kind, resourceId, agentId } = instance
        const agent = agentId === null ? undefined : described.get(agentId)
        const standing = standings.find((each) => each.agentId === agentId)
        return [
          {
            ...standingOf(standing, agent),
            assignedAt,
            instance: { id, name, kind, resourceId },
            agent: agent ? { id: agent.id, connected: agent.connected } : null,
          },
        ]
      }),
      nextCursor,
    }
  }

  /** Identities of an instance, by name; deleted ones left out. @throws SignetError `not_found` */
  async ofInstance(instanceId: string): Promise<AssignedIdentity[]> {
    const { users, resources, slots, agents } = this.#parts
    const { agentId } = await resources.require(instanceId)
    const identities = await users.ofInstance(instanceId)
    const standings = await slots.ofPrincipals(identities.map(({ principalId }) => principalId))
    const agent = agentId === null ? undefined : (await agents.describe([agentId])).get(agentId)
    return identities.map((identity) => {
      const { principalId, clientId, name, resourceGroup, resourceId, version, assignedAt } = identity
      const standing = standings.find((each) => each.principalId === principalId && each.agentId === agentId)
      const state = identity.state === 'paused' ? 'paused' : 'on'
      return {
        ...standingOf(standing, agent),
        assignedAt,
        identity: { principalId, clientId, name, resourceGroup, resourceId, state, version },
      }
    })
  }
}

function standingOf(
  standing: SlotStanding | undefined,
  agent: AgentSummary | undefined,
): Pick<AssignedInstance, 'state' | 'credential' | 'nextRotationAt'> {
  if (!agent || agent.quarantined) return { state: 'no-agent', credential: null, nextRotationAt: null }
  return {
    state: standing?.active ? 'in-force' : 'issuing',
    credential: standing?.active ? summaryOf(standing.active) : null,
    nextRotationAt: standing?.rotateAfter ?? null,
  }
}
