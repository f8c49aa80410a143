import { ClientId, InstanceId, ObjectId, TenantId } from '@signet/shared/vocabulary/identifiers'
import { type Database, sqlOf } from '../platform/database/database.ts'
import type { PrincipalsTable } from '../platform/database/principal-tables.ts'
import type { Tx } from '../platform/transaction.ts'
import type { Principal } from './principal.ts'

/** What can change about a principal besides its state. */
export type PrincipalChange = Partial<Pick<PrincipalsTable, 'display_name' | 'arm_id' | 'token_ttl_s'>>

/** SQL of principals. */
export class PrincipalsStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async insertPrincipal(tx: Tx, row: PrincipalsTable): Promise<void> {
    await sqlOf(tx).insertInto('principals').values(row).execute()
  }

  async principal(objectId: string, tx?: Tx): Promise<Principal | undefined> {
    const row = await this.#reader(tx)
      .selectFrom('principals')
      .selectAll()
      .where('object_id', '=', objectId)
      .executeTakeFirst()
    return row && this.#principal(row)
  }

  async principals(objectIds: readonly string[]): Promise<Principal[]> {
    if (objectIds.length === 0) return []
    const rows = await this.#database.read
      .selectFrom('principals')
      .selectAll()
      .where('object_id', 'in', objectIds)
      .execute()
    return rows.map((row) => this.#principal(row))
  }

  async principalByClient(clientId: string): Promise<Principal | undefined> {
    const row = await this.#database.read
      .selectFrom('principals')
      .selectAll()
      .where('client_id', '=', clientId)
      .executeTakeFirst()
    return row && this.#principal(row)
  }

  /** By object ID or client ID. */
  async principalsNamed(guid: string): Promise<Principal[]> {
    const rows = await this.#database.read
      .selectFrom('principals')
      .selectAll()
      .where((eb) => eb.or([eb('object_id', '=', guid), eb('client_id', '=', guid)]))
      .execute()
    return rows.map((row) => this.#principal(row))
  }

  /** Compare-and-set: nothing happens unless the principal is still in one of the states `from`. */
  async movePrincipal(
    tx: Tx,
    objectId: string,
    from: readonly PrincipalsTable['state'][],
    change: Pick<
      PrincipalsTable,
      'state' | 'deleted_at' | 'purge_at' | 'suspended_at' | 'suspended_with' | 'updated_at'
    > &
      Partial<Pick<PrincipalsTable, 'tokens_revoked_at'>>,
  ): Promise<boolean> {
    const result = await sqlOf(tx)
      .updateTable('principals')
      .set((eb) => ({ ...change, version: eb('version', '+', 1) }))
      .where('object_id', '=', objectId)
      .where('state', 'in', from)
      .executeTakeFirst()
    return result.numUpdatedRows === 1n
  }

  async updatePrincipal(
    tx: Tx,
    objectId: string,
    change: PrincipalChange & { name_key?: string; updated_at: number },
  ): Promise<void> {
    await sqlOf(tx)
      .updateTable('principals')
      .set((eb) => ({ ...change, version: eb('version', '+', 1) }))
      .where('object_id', '=', objectId)
      .execute()
  }

  async suspendedWith(
    groupId: string,
    { after, limit }: { after: string; limit: number },
    tx?: Tx,
  ): Promise<Principal[]> {
    const rows = await this.#reader(tx)
      .selectFrom('principals')
      .selectAll()
      .where('suspended_with', '=', groupId)
      .where('object_id', '>', after)
      .orderBy('object_id')
      .limit(limit)
      .execute()
    return rows.map((row) => this.#principal(row))
  }

  /** Deleted principals whose time is over, the longest first. */
  async purgeable(now: number, limit: number): Promise<Principal[]> {
    const rows = await this.#database.read
      .selectFrom('principals')
      .selectAll()
      .where('purge_at', '<=', now)
      .orderBy('purge_at')
      .limit(limit)
      .execute()
    return rows.map((row) => this.#principal(row))
  }

  /** Whether a principal is deleted and its time is over. */
  async isPurgeable(tx: Tx, objectId: string, now: number): Promise<boolean> {
    const row = await sqlOf(tx)
      .selectFrom('principals')
      .select('object_id')
      .where('object_id', '=', objectId)
      .where('state', '=', 'deleted')
      .where('purge_at', '<=', now)
      .executeTakeFirst()
    return row !== undefined
  }

  async purge(tx: Tx, objectId: string): Promise<void> {
    await sqlOf(tx).deleteFrom('principals').where('object_id', '=', objectId).execute()
  }

  /** @returns whether it is news: an hour that is not later than the one that is known changes nothing */
  async usedIn(tx: Tx, objectId: string, hour: number): Promise<boolean> {
    const { numUpdatedRows } = await sqlOf(tx)
      .updateTable('principals')
      .set({ token_key: hour })
      .where('object_id', '=', objectId)
      .where('token_key', '<', hour)
      .executeTakeFirst()
    return numUpdatedRows === 1n
  }

  async newHostAt(tx: Tx, objectId: string, at: number): Promise<void> {
    await sqlOf(tx).updateTable('principals').set({ new_host_key: at }).where('object_id', '=', objectId).execute()
  }

  #principal(row: PrincipalsTable): Principal {
    return toPrincipal(this.#database.rows.checked('principals', row))
  }

  #reader(tx: Tx | undefined) {
    return tx ? sqlOf(tx) : this.#database.read
  }
}

export function toPrincipal(row: PrincipalsTable): Principal {
  return {
    objectId: ObjectId.parse(row.object_id),
    clientId: ClientId.parse(row.client_id),
    tenantId: TenantId.parse(row.tenant_id),
    kind: row.kind,
    displayName: row.display_name,
    ownerInstanceId: row.owner_instance_id === null ? null : InstanceId.parse(row.owner_instance_id),
    armId: row.arm_id,
    tokenLifetimeSeconds: row.token_ttl_s,
    state: row.state,
    deletedAt: row.deleted_at,
    purgeAt: row.purge_at,
    suspendedWith: row.suspended_with,
    tokensRevokedAt: row.tokens_revoked_at,
    createdAt: row.created_at,
    version: row.version,
  }
}
