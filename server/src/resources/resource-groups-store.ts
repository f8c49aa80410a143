import { type Database, sqlOf } from '../platform/database/database.ts'
import type { ResourceGroupsTable } from '../platform/database/schema.ts'
import type { Tx } from '../platform/transaction.ts'
import { foldCase } from './resource-id.ts'

/** SQL of resource groups. */
export class ResourceGroupsStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async find(subscriptionId: string, name: string, tx?: Tx): Promise<ResourceGroupsTable | undefined> {
    return this.#reader(tx)
      .selectFrom('resource_groups')
      .selectAll()
      .where('subscription_id', '=', subscriptionId)
      .where('name_key', '=', foldCase(name))
      .where('deleted_at', 'is', null)
      .executeTakeFirst()
  }

  /** @returns false when there is one of that name */
  async insert(tx: Tx, row: ResourceGroupsTable): Promise<boolean> {
    const result = await sqlOf(tx)
      .insertInto('resource_groups')
      .values(row)
      .onConflict((conflict) =>
        conflict.columns(['subscription_id', 'name_key']).where('deleted_at', 'is', null).doNothing(),
      )
      .executeTakeFirst()
    return (result.numInsertedOrUpdatedRows ?? 0n) === 1n
  }

  /** Compare-and-set on the version that was read. */
  async update(
    tx: Tx,
    group: Pick<ResourceGroupsTable, 'id' | 'version'>,
    change: Partial<Pick<ResourceGroupsTable, 'deleted_at'>> & { updated_at: number },
  ): Promise<boolean> {
    const result = await sqlOf(tx)
      .updateTable('resource_groups')
      .set({ ...change, version: group.version + 1 })
      .where('id', '=', group.id)
      .where('version', '=', group.version)
      .executeTakeFirst()
    return result.numUpdatedRows === 1n
  }

  /** By name, each with the identities in it that are not deleted. */
  list(subscriptionId: string): Promise<(ResourceGroupsTable & { identities: number })[]> {
    return this.#database.read
      .selectFrom('resource_groups')
      .leftJoin('user_identities', (join) =>
        join
          .onRef('user_identities.resource_group_id', '=', 'resource_groups.id')
          .on('user_identities.deleted_at', 'is', null),
      )
      .selectAll('resource_groups')
      .select((eb) => eb.fn.count<number>('user_identities.id').as('identities'))
      .where('resource_groups.subscription_id', '=', subscriptionId)
      .where('resource_groups.deleted_at', 'is', null)
      .groupBy('resource_groups.id')
      .orderBy('resource_groups.name_key')
      .execute()
  }

  /** Whether an instance or an identity is in it that was not deleted. */
  async isEmpty(tx: Tx, armId: string): Promise<boolean> {
    const [from, to] = [`${foldCase(armId)}/`, `${foldCase(armId)}0`]
    for (const table of ['service_instances', 'user_identities'] as const) {
      const row = await sqlOf(tx)
        .selectFrom(table)
        .select('id')
        .where('arm_id_key', '>', from)
        .where('arm_id_key', '<', to)
        .where('deleted_at', 'is', null)
        .limit(1)
        .executeTakeFirst()
      if (row) return false
    }
    return true
  }

  #reader(tx: Tx | undefined) {
    return tx ? sqlOf(tx) : this.#database.read
  }
}
