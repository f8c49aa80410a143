import { sql } from 'kysely'
import { type Database, sqlOf } from '../platform/database/database.ts'
import type { VaultsTable } from '../platform/database/vault-tables.ts'
import type { Tx } from '../platform/transaction.ts'

export type VaultRow = VaultsTable

export interface CountedVault extends VaultRow {
  readonly secrets: number
  readonly deleted_secrets: number
}

/** SQL of vaults. */
export class VaultsStore {
  readonly #database: Database
  readonly #tenantId: string

  constructor(database: Database, tenantId: string) {
    this.#database = database
    this.#tenantId = tenantId
  }

  /** By its name in lower case, be it deleted or not. */
  find(nameKey: string, tx?: Tx): Promise<VaultRow | undefined> {
    return this.#on(tx)
      .selectFrom('vaults')
      .selectAll()
      .where('tenant_id', '=', this.#tenantId)
      .where('name_key', '=', nameKey)
      .executeTakeFirst()
  }

  /** By name, from `after` on. */
  page(of: { deleted: boolean; after: string; limit: number }): Promise<CountedVault[]> {
    return this.#counted()
      .where('vaults.tenant_id', '=', this.#tenantId)
      .where('vaults.deleted_at', of.deleted ? 'is not' : 'is', null)
      .where('vaults.name_key', '>', of.after)
      .orderBy('vaults.name_key')
      .limit(of.limit)
      .execute()
  }

  /** In the order of folded ARM IDs, deleted ones left out. @param of.below a folded ARM ID */
  below(of: { below: string; after: string; limit: number }): Promise<VaultRow[]> {
    return this.#database.read
      .selectFrom('vaults')
      .selectAll()
      .where('tenant_id', '=', this.#tenantId)
      .where('deleted_at', 'is', null)
      .where('arm_id_key', '>', of.after < of.below ? `${of.below}/` : of.after)
      .where('arm_id_key', '<', `${of.below}0`)
      .orderBy('arm_id_key')
      .limit(of.limit)
      .execute()
  }

  /** Whether any vault is there, a deleted one too. @param below a folded ARM ID */
  async isAnyBelow(tx: Tx, below: string): Promise<boolean> {
    const row = await sqlOf(tx)
      .selectFrom('vaults')
      .select('id')
      .where('arm_id_key', '>', `${below}/`)
      .where('arm_id_key', '<', `${below}0`)
      .limit(1)
      .executeTakeFirst()
    return row !== undefined
  }

  counted(id: string): Promise<CountedVault | undefined> {
    return this.#counted().where('vaults.id', '=', id).executeTakeFirst()
  }

  /** Deleted ones whose days are over, the oldest first. */
  due(now: number, limit: number): Promise<VaultRow[]> {
    return this.#database.read
      .selectFrom('vaults')
      .selectAll()
      .where('tenant_id', '=', this.#tenantId)
      .where('purge_at', '<=', now)
      .orderBy('purge_at')
      .limit(limit)
      .execute()
  }

  async insert(tx: Tx, row: VaultRow): Promise<void> {
    await sqlOf(tx).insertInto('vaults').values(row).execute()
  }

  async update(tx: Tx, id: string, change: Partial<VaultRow>): Promise<void> {
    await sqlOf(tx)
      .updateTable('vaults')
      .set({ ...change, version: sql`version + 1` })
      .where('id', '=', id)
      .execute()
  }

  /** @returns how many secrets went with it */
  async remove(tx: Tx, id: string): Promise<number> {
    const { numDeletedRows } = await sqlOf(tx)
      .deleteFrom('vault_secrets')
      .where('vault_id', '=', id)
      .executeTakeFirstOrThrow()
    await sqlOf(tx).deleteFrom('vaults').where('id', '=', id).execute()
    return Number(numDeletedRows)
  }

  #counted() {
    return this.#database.read
      .selectFrom('vaults')
      .selectAll('vaults')
      .select((eb) => [
        secretsOf(eb.ref('vaults.id'), sql`deleted_at IS NULL`).as('secrets'),
        secretsOf(eb.ref('vaults.id'), sql`deleted_at IS NOT NULL`).as('deleted_secrets'),
      ])
  }

  #on(tx: Tx | undefined) {
    return tx ? sqlOf(tx) : this.#database.read
  }
}

function secretsOf(vaultId: unknown, which: ReturnType<typeof sql>) {
  return sql<number>`(SELECT count(*) FROM vault_secrets WHERE vault_id = ${vaultId} AND ${which})`
}
