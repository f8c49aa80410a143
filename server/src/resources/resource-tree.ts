import type { AuditLog } from '../audit/index.ts'
import type { Clock } from '../platform/clock.ts'
import type { Database } from '../platform/database/database.ts'
import type { RequestContext } from '../platform/request-context.ts'
import { SignetError } from '../platform/signet-error.ts'
import type { Tx } from '../platform/transaction.ts'
import { noDetails, type ResourceDetails, sameDetails } from './resource-details.ts'
import { ResourceDetailsStore } from './resource-details-store.ts'
import { type PageOfInstances, ResourcesStore } from './resources-store.ts'
import type { ServiceInstance } from './service-instance.ts'
import { UserIdentitiesStore } from './user-identities-store.ts'
import type { UserIdentity } from './user-identity.ts'

interface TreeParts {
  readonly database: Database
  readonly audit: AuditLog
  readonly clock: Clock
  readonly tenantId: string
}

/** Instances and user-assigned identities by their ARM IDs, and what the resource manager keeps of them besides. */
export class ResourceTree {
  readonly #parts: TreeParts
  readonly #instances: ResourcesStore
  readonly #identities: UserIdentitiesStore
  readonly #details: ResourceDetailsStore

  constructor(parts: TreeParts) {
    this.#parts = parts
    this.#instances = new ResourcesStore(parts.database)
    this.#identities = new UserIdentitiesStore(parts.database)
    this.#details = new ResourceDetailsStore(parts.database)
  }

  instanceAt(resourceId: string, tx?: Tx): Promise<ServiceInstance | undefined> {
    return this.#instances.at(resourceId, tx)
  }

  /** One that is not deleted. */
  identityAt(resourceId: string, tx?: Tx): Promise<UserIdentity | undefined> {
    return this.#identities.findByArmId(resourceId, tx)
  }

  instances(wanted: PageOfInstances): Promise<ServiceInstance[]> {
    return this.#instances.page(wanted)
  }

  identities(wanted: Omit<PageOfInstances, 'kinds' | 'siteSlots'>): Promise<UserIdentity[]> {
    return this.#identities.page(wanted)
  }

  /** Assigned to an instance, deleted ones left out. */
  async identitiesOf(instanceId: string, tx?: Tx): Promise<UserIdentity[]> {
    return (await this.#identities.ofInstance(instanceId, tx)).filter(({ state }) => state !== 'deleted')
  }

  details(id: string, tx?: Tx): Promise<ResourceDetails> {
    return this.#details.of(id, tx)
  }

  async detailsOf(ids: readonly string[]): Promise<(id: string) => ResourceDetails> {
    const found = await this.#details.ofAll(ids)
    return (id) => found.get(id) ?? noDetails
  }

  /** @param isNew its registration is on record, which is enough */
  async describeInstance(
    tx: Tx,
    context: RequestContext,
    of: { instance: ServiceInstance; details: ResourceDetails; isNew: boolean },
  ): Promise<void> {
    const { audit, clock, database } = this.#parts
    const { instance, details, isNew } = of
    const before = await this.#put(tx, instance.id, details)
    if (!before || isNew) return
    if (!(await this.#instances.update(tx, instance, { updated_at: clock.now() }))) throw changedMeanwhile()
    await audit.append(tx, context, {
      action: 'instance.changed',
      target: { kind: 'instance', id: instance.id, label: instance.name },
      before: { location: before.location },
      after: { location: details.location },
    })
    await database.changed(tx, { kind: 'instance', id: instance.id })
  }

  /** As `describeInstance`. */
  async describeIdentity(
    tx: Tx,
    context: RequestContext,
    of: { identity: UserIdentity; details: ResourceDetails; isNew: boolean },
  ): Promise<void> {
    const { audit, clock, database } = this.#parts
    const { identity, details, isNew } = of
    const before = await this.#put(tx, identity.principalId, details)
    if (!before || isNew) return
    if (!(await this.#identities.update(tx, identity, { updated_at: clock.now() }))) throw changedMeanwhile()
    await audit.append(tx, context, {
      action: 'identity.described',
      target: { kind: 'identity', id: identity.principalId, label: identity.name },
      before: { location: before.location, tags: before.tags },
      after: { location: details.location, tags: details.tags },
    })
    await database.changed(tx, { kind: 'principal', id: identity.principalId })
  }

  /** @returns what was there, when it changes */
  async #put(tx: Tx, id: string, details: ResourceDetails): Promise<ResourceDetails | undefined> {
    const before = await this.#details.of(id, tx)
    if (sameDetails(before, details)) return undefined
    await this.#details.put(tx, { id, tenantId: this.#parts.tenantId }, details)
    return before
  }
}

function changedMeanwhile(): SignetError {
  return new SignetError('conflict', 'The resource was changed in the meantime.')
}
