import type { ResourceGroup as ShownGroup } from '@signet/shared/api/user-identities'
import type { AuditLog } from '../audit/index.ts'
import type { Clock } from '../platform/clock.ts'
import type { Database } from '../platform/database/database.ts'
import type { ResourceGroupsTable } from '../platform/database/schema.ts'
import { newGuid } from '../platform/identifiers.ts'
import type { RequestContext } from '../platform/request-context.ts'
import { SignetError } from '../platform/signet-error.ts'
import type { Tx } from '../platform/transaction.ts'
import { requireVersion } from '../platform/versions.ts'
import { noDetails, type ResourceDetails, sameDetails } from './resource-details.ts'
import { ResourceDetailsStore } from './resource-details-store.ts'
import { ResourceGroupsStore } from './resource-groups-store.ts'
import { foldCase, groupResourceId } from './resource-id.ts'
import type { ResourceDefaults } from './resource-manager.ts'

/** A resource group as the resource manager shows it. */
export interface ResourceGroup {
  readonly id: string
  readonly name: string
  readonly resourceId: string
  readonly details: ResourceDetails
  readonly version: number
}

/** Resource groups: where instances and user-assigned identities have their names. */
export class ResourceGroups {
  readonly #parts: { database: Database; audit: AuditLog; clock: Clock; defaults: ResourceDefaults }
  readonly #store: ResourceGroupsStore
  readonly #details: ResourceDetailsStore
  readonly #removalObservers: ((tx: Tx, resourceId: string) => Promise<void>)[] = []

  constructor(parts: { database: Database; audit: AuditLog; clock: Clock; defaults: ResourceDefaults }) {
    this.#parts = parts
    this.#store = new ResourceGroupsStore(parts.database)
    this.#details = new ResourceDetailsStore(parts.database)
  }

  async list(): Promise<ShownGroup[]> {
    const groups = await this.#store.list(this.#parts.defaults.subscriptionId)
    return groups.map(({ name, identities }) => ({ name, identities }))
  }

  /** By name, with what was said of each. */
  async all(): Promise<ResourceGroup[]> {
    const rows = await this.#store.list(this.#parts.defaults.subscriptionId)
    const details = await this.#details.ofAll(rows.map((row) => row.id))
    return rows.map((row) => this.#shown(row, details.get(row.id)))
  }

  /** In whatever case; the name as it is spelt. */
  async find(name: string, tx?: Tx): Promise<ResourceGroup | undefined> {
    const row = await this.#store.find(this.#parts.defaults.subscriptionId, name, tx)
    return row && this.#shown(row, await this.#details.of(row.id, tx))
  }

  /** @throws SignetError `conflict` when there is one of that name */
  async create(context: RequestContext, name: string): Promise<ShownGroup> {
    const isNew = await this.#parts.database.transact((tx) => this.#insert(tx, context, name))
    if (!isNew) throw new SignetError('conflict', `There is a resource group called ${name} already.`)
    return { name, identities: 0 }
  }

  /**
   * Creates it, or puts other details in the place of those it has.
   *
   * @returns whether it is new
   * @throws SignetError `precondition_failed`
   */
  async put(
    context: RequestContext,
    name: string,
    { details, expected }: { details: ResourceDetails; expected?: number | undefined },
  ): Promise<boolean> {
    const { database, audit, clock, defaults } = this.#parts
    return database.transact(async (tx) => {
      const isNew = (await this.find(name, tx)) === undefined && (await this.#insert(tx, context, name))
      const group = await this.find(name, tx)
      if (!group) throw new SignetError('not_found', `There is no resource group called ${name}.`)
      if (!isNew) requireVersion(expected, group.version)
      if (sameDetails(group.details, details)) return isNew
      await this.#details.put(tx, { id: group.id, tenantId: defaults.tenantId }, details)
      if (isNew) return true
      if (!(await this.#store.update(tx, group, { updated_at: clock.now() }))) throw changedMeanwhile()
      const target = { kind: 'resource_group', id: group.id, label: group.name }
      await audit.append(tx, context, {
        ...{ action: 'resource_group.changed', target },
        ...{ before: { ...group.details }, after: { ...details } },
      })
      return false
    })
  }

  /**
   * Removes one that holds nothing; whoever keeps something of its ARM ID is told, or may refuse, in the same transaction.
   *
   * @returns false when there is none
   * @throws SignetError `conflict` while something is in it
   */
  async remove(context: RequestContext, name: string, expected?: number): Promise<boolean> {
    const { database, audit, clock, defaults } = this.#parts
    return database.transact(async (tx) => {
      const group = await this.find(name, tx)
      if (!group) return false
      requireVersion(expected, group.version)
      if (group.id === defaults.resourceGroupId) {
        throw new SignetError('conflict', `${group.name} is where new instances go; it stays.`)
      }
      if (!(await this.#store.isEmpty(tx, group.resourceId))) {
        throw new SignetError('conflict', `${group.name} is not empty.`, { fix: 'Delete what is in it first.' })
      }
      for (const observe of this.#removalObservers) await observe(tx, group.resourceId)
      const change = { deleted_at: clock.now(), updated_at: clock.now() }
      if (!(await this.#store.update(tx, group, change))) throw changedMeanwhile()
      await this.#details.remove(tx, group.id)
      const target = { kind: 'resource_group', id: group.id, label: group.name }
      await audit.append(tx, context, { action: 'resource_group.deleted', target, before: { name: group.name } })
      return true
    })
  }

  onRemoved(observer: (tx: Tx, resourceId: string) => Promise<void>): void {
    this.#removalObservers.push(observer)
  }

  async #insert(tx: Tx, context: RequestContext, name: string): Promise<boolean> {
    const { clock, audit, defaults } = this.#parts
    const now = clock.now()
    const id = newGuid()
    const isNew = await this.#store.insert(tx, {
      ...{ id, tenant_id: defaults.tenantId, subscription_id: defaults.subscriptionId },
      ...{ name, name_key: foldCase(name), deleted_at: null, version: 1, created_at: now, updated_at: now },
    })
    const target = { kind: 'resource_group', id, label: name }
    if (isNew) await audit.append(tx, context, { action: 'resource_group.created', target, after: { name } })
    return isNew
  }

  #shown({ id, name, version }: ResourceGroupsTable, details: ResourceDetails = noDetails): ResourceGroup {
    const { subscriptionId } = this.#parts.defaults
    return { id, name, resourceId: groupResourceId({ subscriptionId, name }), details, version }
  }
}

function changedMeanwhile(): SignetError {
  return new SignetError('conflict', 'The resource group was changed in the meantime.')
}
