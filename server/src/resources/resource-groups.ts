import type { ResourceGroup } from '@signet/shared/api/user-identities'
import type { AuditLog } from '../audit/index.ts'
import type { Clock } from '../platform/clock.ts'
import type { Database } from '../platform/database/database.ts'
import { newGuid } from '../platform/identifiers.ts'
import type { RequestContext } from '../platform/request-context.ts'
import { SignetError } from '../platform/signet-error.ts'
import { foldCase } from './resource-id.ts'
import type { ResourceDefaults } from './resource-manager.ts'
import { UserIdentitiesStore } from './user-identities-store.ts'

/** Resource groups: where user-assigned identities have their names. */
export class ResourceGroups {
  readonly #parts: { database: Database; audit: AuditLog; clock: Clock; defaults: ResourceDefaults }
  readonly #store: UserIdentitiesStore

  constructor(parts: { database: Database; audit: AuditLog; clock: Clock; defaults: ResourceDefaults }) {
    this.#parts = parts
    this.#store = new UserIdentitiesStore(parts.database)
  }

  list(): Promise<ResourceGroup[]> {
    return this.#store.groups(this.#parts.defaults.subscriptionId)
  }

  /** In whatever case; the name as it is spelt. */
  find(name: string): Promise<{ readonly id: string; readonly name: string } | undefined> {
    const { database, defaults } = this.#parts
    return database.transact((tx) => this.#store.group(defaults.subscriptionId, name, tx))
  }

  /** @throws SignetError `conflict` when there is one of that name */
  async create(context: RequestContext, name: string): Promise<ResourceGroup> {
    const { database, clock, audit, defaults } = this.#parts
    const now = clock.now()
    await database.transact(async (tx) => {
      const id = newGuid()
      const isNew = await this.#store.insertGroup(tx, {
        id,
        tenant_id: defaults.tenantId,
        subscription_id: defaults.subscriptionId,
        name,
        name_key: foldCase(name),
        version: 1,
        created_at: now,
        updated_at: now,
      })
      if (!isNew) throw new SignetError('conflict', `There is a resource group called ${name} already.`)
      const target = { kind: 'resource_group', id, label: name }
      await audit.append(tx, context, { action: 'resource_group.created', target, after: { name } })
    })
    return { name, identities: 0 }
  }
}
