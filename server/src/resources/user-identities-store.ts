import { ClientId, InstanceId, ObjectId } from '@signet/shared/vocabulary/identifiers'
import { type Database, sqlOf } from '../platform/database/database.ts'
import type { UserIdentitiesTable } from '../platform/database/identity-tables.ts'
import type { Tx } from '../platform/transaction.ts'
import { foldCase } from './resource-id.ts'
import type { UserIdentity } from './user-identity.ts'

const mostNamed = 20

/** What can change about a user-assigned identity. */
export type UserIdentityChange = Partial<
  Omit<UserIdentitiesTable, 'id' | 'tenant_id' | 'client_id' | 'version' | 'created_at' | 'updated_at' | 'token_key'>
>

/** What a user-assigned identity is called. */
export type AssignedName = Pick<UserIdentity, 'principalId' | 'clientId' | 'name' | 'resourceId'>

/** SQL of user-assigned identities, and what they are assigned to. */
export class UserIdentitiesStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async insert(tx: Tx, row: UserIdentitiesTable): Promise<void> {
    await sqlOf(tx).insertInto('user_identities').values(row).execute()
  }

  async find(id: string, tx?: Tx): Promise<UserIdentity | undefined> {
    const row = await this.#reader(tx).selectFrom('user_identities').selectAll().where('id', '=', id).executeTakeFirst()
    return row && toUserIdentity(row)
  }

  /** The one that is not deleted. */
  async findByArmId(armId: string, tx?: Tx): Promise<UserIdentity | undefined> {
    const row = await this.#reader(tx)
      .selectFrom('user_identities')
      .selectAll()
      .where('arm_id_key', '=', foldCase(armId))
      .where('deleted_at', 'is', null)
      .executeTakeFirst()
    return row && toUserIdentity(row)
  }

  /** Those below an ARM ID that are not deleted, in the order of their folded IDs. */
  async page(wanted: { below: string; after?: string | undefined; most: number }): Promise<UserIdentity[]> {
    const below = `${foldCase(wanted.below)}/`
    const rows = await this.#database.read
      .selectFrom('user_identities')
      .selectAll()
      .where('deleted_at', 'is', null)
      .where('arm_id_key', '>', wanted.after ?? below)
      .where('arm_id_key', '<', `${below.slice(0, -1)}0`)
      .orderBy('arm_id_key')
      .limit(wanted.most)
      .execute()
    return rows.map(toUserIdentity)
  }

  /** By ARM resource ID or whole name, without regard to case; deleted ones too. */
  async named(tenantId: string, names: { text: string; armId?: string }): Promise<UserIdentity[]> {
    const { text, armId } = names
    const query = this.#database.read.selectFrom('user_identities').selectAll().where('tenant_id', '=', tenantId)
    const found =
      armId === undefined
        ? query.where('name_key', '=', foldCase(text))
        : query.where('arm_id_key', '=', foldCase(armId))
    return (await found.limit(mostNamed).execute()).map(toUserIdentity)
  }

  /** How many there are that are not deleted. */
  async count(): Promise<number> {
    const row = await this.#database.read
      .selectFrom('user_identities')
      .select((eb) => eb.fn.countAll<number>().as('count'))
      .where('deleted_at', 'is', null)
      .executeTakeFirstOrThrow()
    return row.count
  }

  /** Compare-and-set on the version the caller read. */
  async update(tx: Tx, identity: UserIdentity, change: UserIdentityChange & { updated_at: number }): Promise<boolean> {
    const result = await sqlOf(tx)
      .updateTable('user_identities')
      .set({ ...change, version: identity.version + 1 })
      .where('id', '=', identity.principalId)
      .where('version', '=', identity.version)
      .executeTakeFirst()
    return result.numUpdatedRows === 1n
  }

  /** Everything of one whose principal was purged. */
  async purge(tx: Tx, principalId: string): Promise<void> {
    await sqlOf(tx).deleteFrom('identity_assignments').where('principal_id', '=', principalId).execute()
    await sqlOf(tx).deleteFrom('user_identities').where('id', '=', principalId).execute()
  }

  /** @returns false when it was assigned already */
  async assign(
    tx: Tx,
    assignment: { instanceId: string; principalId: string; tenantId: string; at: number },
  ): Promise<boolean> {
    const result = await sqlOf(tx)
      .insertInto('identity_assignments')
      .values({
        instance_id: assignment.instanceId,
        principal_id: assignment.principalId,
        tenant_id: assignment.tenantId,
        created_at: assignment.at,
      })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirst()
    return (result.numInsertedOrUpdatedRows ?? 0n) === 1n
  }

  /** @returns false when it was not assigned */
  async unassign(tx: Tx, instanceId: string, principalId: string): Promise<boolean> {
    const result = await sqlOf(tx)
      .deleteFrom('identity_assignments')
      .where('instance_id', '=', instanceId)
      .where('principal_id', '=', principalId)
      .executeTakeFirst()
    return result.numDeletedRows === 1n
  }

  /** How many instances it is assigned to. */
  async countInstances(tx: Tx, principalId: string): Promise<number> {
    const row = await sqlOf(tx)
      .selectFrom('identity_assignments')
      .select((eb) => eb.fn.countAll<number>().as('count'))
      .where('principal_id', '=', principalId)
      .executeTakeFirstOrThrow()
    return row.count
  }

  /** Of an instance, by name; deleted ones too, which a restore would bring back. */
  async ofInstance(instanceId: string, tx?: Tx): Promise<(UserIdentity & { assignedAt: number })[]> {
    const rows = await this.#reader(tx)
      .selectFrom('identity_assignments')
      .innerJoin('user_identities', 'user_identities.id', 'identity_assignments.principal_id')
      .selectAll('user_identities')
      .select('identity_assignments.created_at as assigned_at')
      .where('identity_assignments.instance_id', '=', instanceId)
      .orderBy('user_identities.name_key')
      .execute()
    return rows.map((row) => ({ ...toUserIdentity(row), assignedAt: row.assigned_at }))
  }

  /** Of each of these instances, by name; deleted ones left out, and instances without any. */
  async namesOf(instanceIds: readonly string[]): Promise<Map<string, AssignedName[]>> {
    const found = new Map<string, AssignedName[]>()
    if (instanceIds.length === 0) return found
    const rows = await this.#database.read
      .selectFrom('identity_assignments')
      .innerJoin('user_identities', 'user_identities.id', 'identity_assignments.principal_id')
      .selectAll('user_identities')
      .select('identity_assignments.instance_id')
      .where('identity_assignments.instance_id', 'in', instanceIds)
      .where('user_identities.deleted_at', 'is', null)
      .orderBy('user_identities.name_key')
      .execute()
    for (const row of rows) {
      const { principalId, clientId, name, resourceId } = toUserIdentity(row)
      const named = { principalId, clientId, name, resourceId }
      found.set(row.instance_id, [...(found.get(row.instance_id) ?? []), named])
    }
    return found
  }

  /** How many of each of these instances have, deleted ones left out; an instance without any is left out too. */
  async countsOf(instanceIds: readonly string[]): Promise<Map<string, number>> {
    if (instanceIds.length === 0) return new Map()
    const rows = await this.#database.read
      .selectFrom('identity_assignments')
      .innerJoin('user_identities', 'user_identities.id', 'identity_assignments.principal_id')
      .select((eb) => ['identity_assignments.instance_id', eb.fn.countAll<number>().as('count')])
      .where('identity_assignments.instance_id', 'in', instanceIds)
      .where('user_identities.deleted_at', 'is', null)
      .groupBy('identity_assignments.instance_id')
      .execute()
    return new Map(rows.map((row) => [row.instance_id, row.count]))
  }

  /** Instances it is assigned to, and who serves them. */
  async placesOf(principalId: string, tx?: Tx): Promise<{ instanceId: InstanceId; agentId: string | null }[]> {
    const rows = await this.#reader(tx)
      .selectFrom('identity_assignments')
      .innerJoin('service_instances', 'service_instances.id', 'identity_assignments.instance_id')
      .select(['service_instances.id', 'service_instances.agent_id'])
      .where('identity_assignments.principal_id', '=', principalId)
      .where('service_instances.deleted_at', 'is', null)
      .execute()
    return rows.map((row) => ({ instanceId: InstanceId.parse(row.id), agentId: row.agent_id }))
  }

  /** What is assigned to the instances of an agent, deleted identities left out. */
  async onAgent(
    agentId: string,
    tx?: Tx,
  ): Promise<{ principalId: ObjectId; instanceId: InstanceId; resourceId: string }[]> {
    const rows = await this.#reader(tx)
      .selectFrom('service_instances')
      .innerJoin('identity_assignments', 'identity_assignments.instance_id', 'service_instances.id')
      .innerJoin('user_identities', 'user_identities.id', 'identity_assignments.principal_id')
      .select(['service_instances.id', 'service_instances.arm_id', 'identity_assignments.principal_id'])
      .where('service_instances.agent_id', '=', agentId)
      .where('service_instances.deleted_at', 'is', null)
      .where('user_identities.deleted_at', 'is', null)
      .orderBy('service_instances.name_key')
      .execute()
    return rows.map((row) => ({
      principalId: ObjectId.parse(row.principal_id),
      instanceId: InstanceId.parse(row.id),
      resourceId: row.arm_id,
    }))
  }

  /** Instances it is assigned to that an agent serves. */
  async servedInstances(principalId: string): Promise<{ agentId: string; id: string; resourceId: string }[]> {
    const rows = await this.#database.read
      .selectFrom('identity_assignments')
      .innerJoin('service_instances', 'service_instances.id', 'identity_assignments.instance_id')
      .select(['service_instances.agent_id', 'service_instances.id', 'service_instances.arm_id'])
      .where('identity_assignments.principal_id', '=', principalId)
      .where('service_instances.deleted_at', 'is', null)
      .execute()
    return rows.flatMap(({ agent_id: agentId, id, arm_id: resourceId }) =>
      agentId === null ? [] : [{ agentId, id, resourceId }],
    )
  }

  #reader(tx: Tx | undefined) {
    return tx ? sqlOf(tx) : this.#database.read
  }
}

export function toUserIdentity(row: UserIdentitiesTable): UserIdentity {
  return {
    principalId: ObjectId.parse(row.id),
    clientId: ClientId.parse(row.client_id),
    name: row.name,
    resourceGroup: row.group_name,
    resourceId: row.arm_id,
    state: row.state,
    instances: row.instances,
    deletedAt: row.deleted_at,
    version: row.version,
    createdAt: row.created_at,
  }
}
