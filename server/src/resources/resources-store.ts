import { AgentId, InstanceId, ObjectId } from '@signet/shared/vocabulary/identifiers'
import { type Database, sqlOf } from '../platform/database/database.ts'
import type { ResourceTagsTable, ServiceInstancesTable } from '../platform/database/schema.ts'
import type { Tx } from '../platform/transaction.ts'
import { foldCase, siteSlotPattern } from './resource-id.ts'
import type { ServiceInstance } from './service-instance.ts'

const mostNamed = 20
const idsAtOnce = 500

/** What can change about an instance. */
export type InstanceChange = Partial<
  Pick<ServiceInstancesTable, 'identity_state' | 'system_principal_id' | 'agent_id' | 'deleted_at'>
>

export interface PageOfInstances {
  /** ARM ID of the subscription or resource group. */
  readonly below: string
  readonly kinds: readonly ServiceInstance['kind'][]
  /** Slots of sites alone, or everything but them. */
  readonly siteSlots: boolean
  /** Folded ARM ID of the last one that was seen. */
  readonly after?: string | undefined
  readonly most: number
}

/** SQL of the resource tree. */
export class ResourcesStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** The subscription and resource group that installations which do not care get; the same ones at every start. */
  async ensureDefaults(
    tx: Tx,
    defaults: { tenantId: string; tenantName: string; subscriptionId: string; resourceGroupId: string; at: number },
  ): Promise<void> {
    const stamps = { version: 1, created_at: defaults.at, updated_at: defaults.at }
    const sql = sqlOf(tx)
    await sql
      .insertInto('tenants')
      .values({
        id: defaults.tenantId,
        name: defaults.tenantName,
        domain_key: foldCase(defaults.tenantName),
        state: 'active',
        ...stamps,
      })
      .onConflict((conflict) => conflict.doNothing())
      .execute()
    const owned = { tenant_id: defaults.tenantId, ...stamps }
    await sql
      .insertInto('subscriptions')
      .values({ id: defaults.subscriptionId, display_name: 'Default', ...owned })
      .onConflict((conflict) => conflict.doNothing())
      .execute()
    await sql
      .insertInto('resource_groups')
      .values({
        id: defaults.resourceGroupId,
        subscription_id: defaults.subscriptionId,
        name: 'default',
        name_key: 'default',
        deleted_at: null,
        ...owned,
      })
      .onConflict((conflict) => conflict.doNothing())
      .execute()
  }

  async insert(tx: Tx, row: ServiceInstancesTable): Promise<boolean> {
    const result = await sqlOf(tx)
      .insertInto('service_instances')
      .values(row)
      .onConflict((conflict) => conflict.column('arm_id_key').where('deleted_at', 'is', null).doNothing())
      .executeTakeFirst()
    return (result.numInsertedOrUpdatedRows ?? 0n) === 1n
  }

  async find(id: string, tx?: Tx): Promise<ServiceInstance | undefined> {
    const row = await this.#live(tx).where('id', '=', id).executeTakeFirst()
    return row && toInstance(row)
  }

  async findAll(ids: readonly string[]): Promise<ServiceInstance[]> {
    if (ids.length === 0) return []
    const rows = await this.#live().where('id', 'in', ids).execute()
    return rows.map(toInstance)
  }

  /** Instances, deleted ones too, that have one of these principals or agents. */
  async idsConcerning(of: { principals: readonly string[]; agents: readonly string[] }): Promise<string[]> {
    const found = new Set<string>()
    for (const [column, ids] of [
      ['system_principal_id', of.principals],
      ['agent_id', of.agents],
    ] as const) {
      for (let start = 0; start < ids.length; start += idsAtOnce) {
        const some = ids.slice(start, start + idsAtOnce)
        const rows = await this.#database.read
          .selectFrom('service_instances')
          .select('id')
          .where(column, 'in', some)
          .execute()
        for (const row of rows) found.add(row.id)
      }
    }
    return [...found]
  }

  /** In the order of the IDs, deleted ones too. */
  async idsAfter(id: string, most: number): Promise<string[]> {
    const rows = await this.#database.read
      .selectFrom('service_instances')
      .select('id')
      .where('id', '>', id)
      .orderBy('id')
      .limit(most)
      .execute()
    return rows.map((row) => row.id)
  }

  /** When an instance that is no longer there was deleted. */
  async deletedAt(id: string): Promise<{ name: string; deleted_at: number | null } | undefined> {
    return this.#database.read
      .selectFrom('service_instances')
      .select(['name', 'deleted_at'])
      .where('id', '=', id)
      .executeTakeFirst()
  }

  /** Tags of resources, by resource; one without tags is left out. */
  async tags(resourceIds: readonly string[], tx?: Tx): Promise<Map<string, Record<string, string>>> {
    const found = new Map<string, Record<string, string>>()
    if (resourceIds.length === 0) return found
    const reader = tx ? sqlOf(tx) : this.#database.read
    const rows = await reader
      .selectFrom('resource_tags')
      .selectAll()
      .where('resource_id', 'in', resourceIds)
      .orderBy('tag_key')
      .execute()
    for (const row of rows) {
      found.set(row.resource_id, { ...found.get(row.resource_id), [row.tag_key]: row.tag_value })
    }
    return found
  }

  async setTag(tx: Tx, row: ResourceTagsTable): Promise<void> {
    await sqlOf(tx)
      .insertInto('resource_tags')
      .values(row)
      .onConflict((conflict) => conflict.columns(['resource_id', 'tag_key']).doUpdateSet({ tag_value: row.tag_value }))
      .execute()
  }

  async unsetTag(tx: Tx, resourceId: string, key: string): Promise<void> {
    await sqlOf(tx)
      .deleteFrom('resource_tags')
      .where('resource_id', '=', resourceId)
      .where('tag_key', '=', key)
      .execute()
  }

  async unsetTags(tx: Tx, resourceId: string): Promise<void> {
    await sqlOf(tx).deleteFrom('resource_tags').where('resource_id', '=', resourceId).execute()
  }

  async findByPrincipal(principalId: string, tx: Tx): Promise<ServiceInstance | undefined> {
    const row = await this.#live(tx).where('system_principal_id', '=', principalId).executeTakeFirst()
    return row && toInstance(row)
  }

  /** By ID, ARM resource ID or whole name, without regard to case. */
  async named(tenantId: string, names: { text: string; guid?: string; armId?: string }): Promise<ServiceInstance[]> {
    const { text, guid, armId } = names
    let query = this.#live()
    if (guid !== undefined) query = query.where('id', '=', guid)
    else if (armId !== undefined) query = query.where('arm_id_key', '=', foldCase(armId))
    else query = query.where('tenant_id', '=', tenantId).where('name_key', '=', foldCase(text))
    return (await query.limit(mostNamed).execute()).map(toInstance)
  }

  /** The one at an ARM resource ID. */
  async at(armId: string, tx?: Tx): Promise<ServiceInstance | undefined> {
    const row = await this.#live(tx).where('arm_id_key', '=', foldCase(armId)).executeTakeFirst()
    return row && toInstance(row)
  }

  /** Of some kinds below an ARM ID, in the order of their folded IDs. */
  async page(wanted: PageOfInstances, tx?: Tx): Promise<ServiceInstance[]> {
    const below = `${foldCase(wanted.below)}/`
    const rows = await this.#live(tx)
      .where('arm_id_key', '>', wanted.after ?? below)
      // The character after the slash: everything below the ID begins with it and a slash.
      .where('arm_id_key', '<', `${below.slice(0, -1)}0`)
      .where('kind', 'in', wanted.kinds)
      .where('arm_id_key', wanted.siteSlots ? 'like' : 'not like', siteSlotPattern)
      .orderBy('arm_id_key')
      .limit(wanted.most)
      .execute()
    return rows.map(toInstance)
  }

  async ofAgent(agentId: string, tx?: Tx): Promise<ServiceInstance[]> {
    const rows = await this.#live(tx).where('agent_id', '=', agentId).orderBy('name_key').execute()
    return rows.map(toInstance)
  }

  async ofAgents(agentIds: readonly string[]): Promise<ServiceInstance[]> {
    if (agentIds.length === 0) return []
    return (await this.#live().where('agent_id', 'in', agentIds).execute()).map(toInstance)
  }

  /** Compare-and-set on the version the caller read. */
  async update(tx: Tx, instance: ServiceInstance, change: InstanceChange & { updated_at: number }): Promise<boolean> {
    const result = await sqlOf(tx)
      .updateTable('service_instances')
      .set({ ...change, version: instance.version + 1 })
      .where('id', '=', instance.id)
      .where('version', '=', instance.version)
      .executeTakeFirst()
    return result.numUpdatedRows === 1n
  }

  #live(tx?: Tx) {
    const reader = tx ? sqlOf(tx) : this.#database.read
    return reader.selectFrom('service_instances').selectAll().where('deleted_at', 'is', null)
  }
}

function toInstance(row: ServiceInstancesTable): ServiceInstance {
  return {
    id: InstanceId.parse(row.id),
    name: row.name,
    kind: row.kind,
    resourceId: row.arm_id,
    identityState: row.identity_state,
    principalId: row.system_principal_id === null ? null : ObjectId.parse(row.system_principal_id),
    agentId: row.agent_id === null ? null : AgentId.parse(row.agent_id),
    version: row.version,
    createdAt: row.created_at,
  }
}
