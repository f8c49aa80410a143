import type { Page } from '@signet/shared/api/paging'
import type { InstanceKind } from '@signet/shared/api/resources'
import type { IdentityState } from '@signet/shared/vocabulary/credential-states'
import { type AgentId, InstanceId } from '@signet/shared/vocabulary/identifiers'
import type { AuditLog } from '../audit/index.ts'
import type { Clock } from '../platform/clock.ts'
import type { Database } from '../platform/database/database.ts'
import type { Cursors } from '../platform/database/paging.ts'
import { newGuid } from '../platform/identifiers.ts'
import type { RequestContext } from '../platform/request-context.ts'
import { SignetError } from '../platform/signet-error.ts'
import type { ChangeRecorder, Transactor } from '../platform/transaction.ts'
import { foldCase, instanceResourceId } from './resource-id.ts'
import { ResourcesStore } from './resources-store.ts'
import type { ServiceInstance } from './service-instance.ts'

export interface ResourceDefaults {
  readonly tenantId: string
  readonly tenantName: string
  readonly subscriptionId: string
  readonly resourceGroupId: string
}

/** The resource tree: which service instances there are. */
export class ResourceManager {
  readonly store: ResourcesStore
  readonly #database: Transactor & ChangeRecorder
  readonly #audit: AuditLog
  readonly #clock: Clock
  readonly #defaults: ResourceDefaults

  private constructor(
    store: ResourcesStore,
    parts: { database: Database; audit: AuditLog; clock: Clock; defaults: ResourceDefaults },
  ) {
    this.store = store
    this.#database = parts.database
    this.#audit = parts.audit
    this.#clock = parts.clock
    this.#defaults = parts.defaults
  }

  static async open(parts: {
    database: Database
    cursors: Cursors
    audit: AuditLog
    clock: Clock
    defaults: ResourceDefaults
  }): Promise<ResourceManager> {
    const store = new ResourcesStore(parts.database, parts.cursors)
    await parts.database.transact((tx) => store.ensureDefaults(tx, { ...parts.defaults, at: parts.clock.now() }))
    return new ResourceManager(store, parts)
  }

  /** @throws SignetError `conflict` when the name is taken */
  async register(context: RequestContext, wanted: { name: string; kind: InstanceKind }): Promise<ServiceInstance> {
    const { tenantId, subscriptionId, resourceGroupId } = this.#defaults
    const now = this.#clock.now()
    const id = InstanceId.parse(newGuid())
    const resourceId = instanceResourceId({ subscriptionId, resourceGroup: 'default', ...wanted })
    await this.#database.transact(async (tx) => {
      const inserted = await this.store.insert(tx, {
        id,
        tenant_id: tenantId,
        subscription_id: subscriptionId,
        resource_group_id: resourceGroupId,
        kind: wanted.kind,
        name: wanted.name,
        name_key: foldCase(wanted.name),
        arm_id: resourceId,
        arm_id_key: foldCase(resourceId),
        identity_state: 'off',
        system_principal_id: null,
        agent_id: null,
        deleted_at: null,
        version: 1,
        created_at: now,
        updated_at: now,
      })
      if (!inserted) throw new SignetError('conflict', `There is a service instance called ${wanted.name} already.`)
      await this.#audit.append(tx, context, {
        action: 'instance.registered',
        target: { kind: 'instance', id, label: wanted.name },
        after: { name: wanted.name, kind: wanted.kind, resourceId },
      })
      await this.#database.changed(tx, { kind: 'instance', id })
    })
    return this.require(id)
  }

  /** @throws SignetError `not_found` */
  async require(id: string): Promise<ServiceInstance> {
    const instance = await this.store.find(id)
    if (!instance) throw new SignetError('not_found', 'No such service instance.')
    return instance
  }

  page(filter: {
    search?: string | undefined
    state?: IdentityState | undefined
    cursor?: string | undefined
    limit: number
  }): Promise<Page<ServiceInstance>> {
    return this.store.page({ ...filter, tenantId: this.#defaults.tenantId })
  }

  /** What an identifier or a whole name names. */
  lookUp(names: { text: string; guid?: string; armId?: string }): Promise<ServiceInstance[]> {
    return this.store.named(this.#defaults.tenantId, names)
  }

  ofAgent(agentId: AgentId): Promise<ServiceInstance[]> {
    return this.store.ofAgent(agentId)
  }
}
