import { sql } from 'kysely'
import { type Database, sqlOf } from '../platform/database/database.ts'
import type { VaultsTable } from '../platform/database/vault-tables.ts'
import type { Tx } from '../platform/transaction.ts'

export type VaultRow = VaultsTable

export interface CountedVault extends VaultRow {
  readonly secrets: number
  readonly deleted_secrets: number
  readonly reads: number
  readonly readers: number
  readonly changed_at: number
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
  async find(nameKey: string, tx?: Tx): Promise<VaultRow | undefined> {
    const row = await this.#on(tx)
      .selectFrom('vaults')
      .selectAll()
      .where('tenant_id', '=', this.#tenantId)
      .where('name_key', '=', nameKey)
      .executeTakeFirst()
    return row && this.#database.rows.checked('vaults', row)
  }

  /** Of the ID of a vault or a secret, the names. */
  async placeOf(id: string): Promise<{ vault: string; secret?: string; version?: undefined } | undefined> {
    const { read } = this.#database
    const vault = await read.selectFrom('vaults').select('name as vault').where('id', '=', id).executeTakeFirst()
    if (vault) return vault
    return read
      .selectFrom('vault_secrets')
      .innerJoin('vaults', 'vaults.id', 'vault_secrets.vault_id')
      .select(['vaults.name as vault', 'vault_secrets.name as secret'])
      .where('vault_secrets.id', '=', id)
      .executeTakeFirst()
  }

  /** By name, from `after` on. */
  page(of: {
    deleted: boolean
    /** A part of the name in lower case; empty for all. */
    part: string
    after: string
    limit: number
    /** From which hour on reads are counted. */
    sinceHour: number
  }): Promise<CountedVault[]> {
    return this.#counted(of.sinceHour)
      .where('vaults.tenant_id', '=', this.#tenantId)
      .where('vaults.deleted_at', of.deleted ? 'is not' : 'is', null)
      .where(sql<boolean>`instr(vaults.name_key, ${of.part}) > 0`)
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

  /** A vault that is there, a deleted one where there is no other. @param below a folded ARM ID */
  anyBelow(tx: Tx, below: string): Promise<VaultRow | undefined> {
    return sqlOf(tx)
      .selectFrom('vaults')
      .selectAll()
      .where('arm_id_key', '>', `${below}/`)
      .where('arm_id_key', '<', `${below}0`)
      .orderBy(sql`deleted_at IS NOT NULL`)
      .limit(1)
      .executeTakeFirst()
  }

  counted(id: string, sinceHour: number): Promise<CountedVault | undefined> {
    return this.#counted(sinceHour).where('vaults.id', '=', id).executeTakeFirst()
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

  /** One more value that left a vault. @param reader kind and ID of who got it */
  async countRead(tx: Tx, of: { vaultId: string; hour: number; reader: string }): Promise<void> {
    await sqlOf(tx)
      .insertInto('vault_reads')
      .values({ vault_id: of.vaultId, hour: of.hour, reader: of.reader, reads: 1 })
      .onConflict((on) => on.columns(['vault_id', 'hour', 'reader']).doUpdateSet({ reads: sql`reads + 1` }))
      .execute()
  }

  /** By vault, so that no row that is kept is looked at. */
  async forgetReads(tx: Tx, beforeHour: number): Promise<void> {
    await sql`
      DELETE FROM vault_reads WHERE vault_id IN (SELECT id FROM vaults) AND hour < ${beforeHour}`.execute(sqlOf(tx))
  }

  #counted(sinceHour: number) {
    const reads = (what: string) => (vaultId: unknown) =>
      sql<number>`(SELECT ${sql.raw(what)} FROM vault_reads WHERE vault_id = ${vaultId} AND hour >= ${sinceHour})`
    return this.#database.read
      .selectFrom('vaults')
      .selectAll('vaults')
      .select((eb) => {
        const vaultId = eb.ref('vaults.id')
        return [
          secretsOf(vaultId, sql`deleted_at IS NULL`).as('secrets'),
          secretsOf(vaultId, sql`deleted_at IS NOT NULL`).as('deleted_secrets'),
          reads('coalesce(sum(reads), 0)')(vaultId).as('reads'),
          reads('count(DISTINCT reader)')(vaultId).as('readers'),
          sql<number>`max(vaults.updated_at, coalesce(
            (SELECT max(updated_at) FROM vault_secrets WHERE vault_id = ${vaultId}), 0))`.as('changed_at'),
        ]
      })
  }

  #on(tx: Tx | undefined) {
    return tx ? sqlOf(tx) : this.#database.read
  }
}

function secretsOf(vaultId: unknown, which: ReturnType<typeof sql>) {
  return sql<number>`(SELECT count(*) FROM vault_secrets WHERE vault_id = ${vaultId} AND ${which})`
}
