import type { InstanceKind, TagChange } from '@signet/shared/api/resources'
import { type AgentId, InstanceId, type ObjectId } from '@signet/shared/vocabulary/identifiers'
import type { AuditLog } from '../audit/index.ts'
import type { Clock } from '../platform/clock.ts'
import type { Database } from '../platform/database/database.ts'
import { newGuid } from '../platform/identifiers.ts'
import type { RequestContext } from '../platform/request-context.ts'
import { SignetError } from '../platform/signet-error.ts'
import type { ChangeRecorder, Transactor, Tx } from '../platform/transaction.ts'
import { requireVersion } from '../platform/versions.ts'
import { ResourceGroupsStore } from './resource-groups-store.ts'
import { foldCase, instanceResourceId } from './resource-id.ts'
import { type InstanceChange, ResourcesStore } from './resources-store.ts'
import type { ServiceInstance } from './service-instance.ts'

export interface ResourceDefaults {
  readonly tenantId: string
  readonly tenantName: string
  readonly subscriptionId: string
  readonly resourceGroupId: string
}

/** The resource tree: which service instances there are. */
export class ResourceManager {
  readonly #store: ResourcesStore
  readonly #groups: ResourceGroupsStore
  readonly #database: Transactor & ChangeRecorder
  readonly #audit: AuditLog
  readonly #clock: Clock
  readonly #defaults: ResourceDefaults
  readonly #removalObservers: ((tx: Tx, resourceId: string) => Promise<void>)[] = []

  private constructor(
    store: ResourcesStore,
    parts: { database: Database; audit: AuditLog; clock: Clock; defaults: ResourceDefaults },
  ) {
    this.#store = store
    this.#groups = new ResourceGroupsStore(parts.database)
    this.#database = parts.database
    this.#audit = parts.audit
    this.#clock = parts.clock
    this.#defaults = parts.defaults
  }

  static async open(parts: {
    database: Database
    audit: AuditLog
    clock: Clock
    defaults: ResourceDefaults
  }): Promise<ResourceManager> {
    const store = new ResourcesStore(parts.database)
    await parts.database.transact((tx) => store.ensureDefaults(tx, { ...parts.defaults, at: parts.clock.now() }))
    return new ResourceManager(store, parts)
  }

  /** @throws SignetError `conflict` when the name is taken */
  async register(context: RequestContext, wanted: { name: string; kind: InstanceKind }): Promise<ServiceInstance> {
    return this.#database.transact((tx) => this.registerIn(tx, context, { ...wanted, resourceGroup: 'default' }))
  }

  /** As `register`, in a group of choice and in the caller's transaction. @throws SignetError `conflict` | `not_found` */
  async registerIn(
    tx: Tx,
    context: RequestContext,
    wanted: { name: string; kind: InstanceKind; resourceGroup: string },
  ): Promise<ServiceInstance> {
    const { tenantId, subscriptionId } = this.#defaults
    const { name, kind } = wanted
    const group = await this.#groups.find(subscriptionId, wanted.resourceGroup, tx)
    if (!group) throw new SignetError('not_found', `There is no resource group called ${wanted.resourceGroup}.`)
    const now = this.#clock.now()
    const id = InstanceId.parse(newGuid())
    const resourceId = instanceResourceId({ subscriptionId, resourceGroup: group.name, kind, name })
    const inserted = await this.#store.insert(tx, {
      ...{ id, tenant_id: tenantId, subscription_id: subscriptionId, resource_group_id: group.id },
      ...{ kind, name, name_key: foldCase(name), arm_id: resourceId, arm_id_key: foldCase(resourceId) },
      ...{ identity_state: 'off', system_principal_id: null, agent_id: null, deleted_at: null },
      ...{ version: 1, created_at: now, updated_at: now },
    })
    if (!inserted) throw new SignetError('conflict', `There is a service instance called ${name} already.`)
    await this.#audit.append(tx, context, {
      action: 'instance.registered',
      target: { kind: 'instance', id, label: name },
      after: { name, kind, resourceId },
    })
    await this.#database.changed(tx, { kind: 'instance', id })
    return this.require(id, tx)
  }

  /** The slots of a site, or some of them when there are very many. */
  siteSlotsOf(site: ServiceInstance, tx: Tx): Promise<ServiceInstance[]> {
    return this.#store.page({ below: site.resourceId, kinds: [site.kind], siteSlots: true, most: siteSlotsAtOnce }, tx)
  }

  /** Takes an instance away for good; whoever keeps something of its ARM ID is told in the same transaction. */
  async remove(tx: Tx, instance: ServiceInstance): Promise<void> {
    await this.update(tx, instance, { deleted_at: this.#clock.now() })
    for (const observe of this.#removalObservers) await observe(tx, instance.resourceId)
  }

  onRemoved(observer: (tx: Tx, resourceId: string) => Promise<void>): void {
    this.#removalObservers.push(observer)
  }

  find(id: string, tx?: Tx): Promise<ServiceInstance | undefined> {
    return this.#store.find(id, tx)
  }

  /** @throws SignetError `not_found` */
  async require(id: string, tx?: Tx): Promise<ServiceInstance> {
    const instance = await this.find(id, tx)
    if (instance) return instance
    const gone = await this.#store.deletedAt(id)
    if (gone?.deleted_at) {
      throw new SignetError('not_found', `${gone.name} was deleted at ${new Date(gone.deleted_at).toISOString()}.`, {
        fix: 'The audit log says by whom and why.',
      })
    }
    throw new SignetError('not_found', 'No such service instance.')
  }

  findAll(ids: readonly string[]): Promise<ServiceInstance[]> {
    return this.#store.findAll(ids)
  }

  /** Tags by instance; one without any is left out. */
  tagsOf(ids: readonly string[]): Promise<ReadonlyMap<string, Readonly<Record<string, string>>>> {
    return this.#store.tags(ids)
  }

  /** As they are in the caller's transaction. */
  async tagsIn(tx: Tx, instanceId: InstanceId): Promise<Readonly<Record<string, string>>> {
    return (await this.#store.tags([instanceId], tx)).get(instanceId) ?? {}
  }

  /**
   * Sets and unsets tags in the caller's transaction.
   *
   * @returns the change that would undo this one; undefined when nothing changed
   * @throws SignetError `not_found` | `conflict` | `precondition_failed`
   */
  async changeTags(
    tx: Tx,
    context: RequestContext,
    instanceId: InstanceId,
    change: TagChange & { expected?: number | undefined },
  ): Promise<TagChange | undefined> {
    const instance = await this.#store.find(instanceId, tx)
    if (!instance) throw new SignetError('not_found', 'No such service instance.')
    requireVersion(change.expected, instance.version)
    const before = await this.tagsIn(tx, instanceId)
    const inverse = inverseOf(before, change)
    if (!inverse) return undefined
    for (const [key, value] of Object.entries(change.set)) {
      await this.#store.setTag(tx, {
        resource_id: instanceId,
        tag_key: key,
        tag_value: value,
        tenant_id: this.#defaults.tenantId,
      })
    }
    for (const key of change.unset) if (!(key in change.set)) await this.#store.unsetTag(tx, instanceId, key)
    const after = await this.tagsIn(tx, instanceId)
    if (Object.keys(after).length > mostTags) {
      throw new SignetError('conflict', `An instance has at most ${mostTags} tags.`)
    }
    if (!(await this.#store.update(tx, instance, { updated_at: this.#clock.now() }))) {
      throw new SignetError('conflict', 'The service instance was changed in the meantime.')
    }
    await this.#audit.append(tx, context, {
      action: 'instance.tagged',
      target: { kind: 'instance', id: instanceId, label: instance.name },
      before: { tags: before },
      after: { tags: after },
    })
    await this.#database.changed(tx, { kind: 'instance', id: instanceId })
    return inverse
  }

  /** Takes every tag from an instance that goes, without a record of its own. @returns what they were */
  async dropTags(tx: Tx, instanceId: InstanceId): Promise<Readonly<Record<string, string>>> {
    const tags = await this.tagsIn(tx, instanceId)
    await this.#store.unsetTags(tx, instanceId)
    return tags
  }

  /** As `changeTags`, in a transaction of its own. */
  async tag(
    context: RequestContext,
    instanceId: InstanceId,
    change: TagChange & { expected?: number | undefined },
  ): Promise<void> {
    await this.#database.transact((tx) => this.changeTags(tx, context, instanceId, change))
  }

  /** The instance whose system-assigned identity this is, or was last. */
  findByPrincipal(principalId: ObjectId, tx: Tx): Promise<ServiceInstance | undefined> {
    return this.#store.findByPrincipal(principalId, tx)
  }

  ofAgent(agentId: AgentId, tx?: Tx): Promise<ServiceInstance[]> {
    return this.#store.ofAgent(agentId, tx)
  }

  ofAgents(agentIds: readonly string[]): Promise<ServiceInstance[]> {
    return this.#store.ofAgents(agentIds)
  }

  /** What an identifier or a whole name names. */
  lookUp(names: { text: string; guid?: string; armId?: string }): Promise<ServiceInstance[]> {
    return this.#store.named(this.#defaults.tenantId, names)
  }

  /** Compare-and-set on the version the caller read. @throws SignetError `conflict` */
  async update(tx: Tx, instance: ServiceInstance, change: InstanceChange): Promise<void> {
    const updated = await this.#store.update(tx, instance, { ...change, updated_at: this.#clock.now() })
    if (!updated) throw new SignetError('conflict', 'The service instance was changed in the meantime.')
    await this.#database.changed(tx, { kind: 'instance', id: instance.id })
  }
}

const mostTags = 50
const siteSlotsAtOnce = 100

/** What leads back from a change of tags; undefined when the change would change nothing. */
export function inverseOf(before: Readonly<Record<string, string>>, change: TagChange): TagChange | undefined {
  const set: Record<string, string> = {}
  const unset: string[] = []
  for (const [key, value] of Object.entries(change.set)) {
    const former = before[key]
    if (former === undefined) unset.push(key)
    else if (former !== value) set[key] = former
  }
  for (const key of change.unset) {
    const former = before[key]
    if (former !== undefined && !(key in change.set)) set[key] = former
  }
  return unset.length === 0 && Object.keys(set).length === 0 ? undefined : { set, unset }
}
