import type { Actor } from '@signet/shared/api/actor'
import { type Kysely, sql } from 'kysely'
import { type Database, sqlOf } from '../platform/database/database.ts'
import type { Schema } from '../platform/database/schema.ts'
import type { VaultSecretsTable, VaultSecretVersionsTable } from '../platform/database/vault-tables.ts'
import type { Tx } from '../platform/transaction.ts'

export type SecretRow = VaultSecretsTable
export type VersionRow = VaultSecretVersionsTable

/** A secret with one of its versions, which is the newest unless it was asked for another. */
export interface SecretWithVersion {
  readonly secret: SecretRow
  readonly version: VersionRow
}

/** SQL of secrets and their versions. */
export class SecretsStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** By its name in lower case, be it deleted or not. */
  async find(vaultId: string, nameKey: string, tx?: Tx): Promise<SecretRow | undefined> {
    const row = await this.#on(tx)
      .selectFrom('vault_secrets')
      .selectAll()
      .where('vault_id', '=', vaultId)
      .where('name_key', '=', nameKey)
      .executeTakeFirst()
    return row && this.#database.rows.checked('vault_secrets', row)
  }

  /** @param versionId the newest one without */
  async version(secret: SecretRow, versionId: string | undefined, tx?: Tx): Promise<VersionRow | undefined> {
    const of = this.#on(tx).selectFrom('vault_secret_versions').selectAll().where('secret_id', '=', secret.id)
    const one =
      versionId === undefined ? of.where('seq', '=', secret.current_seq) : of.where('version_id', '=', versionId)
    const row = await one.executeTakeFirst()
    return row && this.#database.rows.checked('vault_secret_versions', row)
  }

  /** By name, from `after` on, each with its newest version. */
  async page(of: {
    vaultId: string
    deleted: boolean
    /** A part of the name in lower case; empty for all. */
    part: string
    after: string
    limit: number
  }): Promise<(SecretWithVersion & { versions: number })[]> {
    const secrets = await this.#database.read
      .selectFrom('vault_secrets')
      .selectAll()
      .where('vault_id', '=', of.vaultId)
      .where('deleted_at', of.deleted ? 'is not' : 'is', null)
      .where('name_key', '>', of.after)
      .where(sql<boolean>`instr(name_key, ${of.part}) > 0`)
      .orderBy('name_key')
      .limit(of.limit)
      .execute()
    const newest = await this.#newest(secrets)
    const counts = await this.#counts(secrets)
    return secrets.flatMap((secret) => {
      const version = newest.get(secret.id)
      return version ? [{ secret, version, versions: counts.get(secret.id) ?? 0 }] : []
    })
  }

  /** In the order they were set in, or the other way round. @param of.after a `seq` */
  versions(of: { secretId: string; after: number; limit: number; newestFirst: boolean }): Promise<VersionRow[]> {
    return this.#database.read
      .selectFrom('vault_secret_versions')
      .selectAll()
      .where('secret_id', '=', of.secretId)
      .where('seq', of.newestFirst ? '<' : '>', of.after)
      .orderBy('seq', of.newestFirst ? 'desc' : 'asc')
      .limit(of.limit)
      .execute()
  }

  /** Oldest first. */
  async allVersions(secretId: string, tx: Tx): Promise<VersionRow[]> {
    const rows = await sqlOf(tx)
      .selectFrom('vault_secret_versions')
      .selectAll()
      .where('secret_id', '=', secretId)
      .orderBy('seq')
      .execute()
    return this.#database.rows.allChecked('vault_secret_versions', rows)
  }

  async count(secretId: string, tx?: Tx): Promise<number> {
    const row = await this.#on(tx)
      .selectFrom('vault_secret_versions')
      .select((eb) => eb.fn.countAll<number>().as('count'))
      .where('secret_id', '=', secretId)
      .executeTakeFirst()
    return row?.count ?? 0
  }

  /** Deleted ones whose days are over, the oldest first, with the name of their vault. */
  due(now: number, limit: number): Promise<{ vaultKey: string; nameKey: string }[]> {
    return this.#database.read
      .selectFrom('vault_secrets')
      .innerJoin('vaults', 'vaults.id', 'vault_secrets.vault_id')
      .select(['vaults.name_key as vaultKey', 'vault_secrets.name_key as nameKey'])
      .where('vault_secrets.purge_at', '<=', now)
      .orderBy('vault_secrets.purge_at')
      .limit(limit)
      .execute()
  }

  async insert(tx: Tx, row: SecretRow): Promise<void> {
    await sqlOf(tx).insertInto('vault_secrets').values(row).execute()
  }

  async insertVersion(tx: Tx, row: VersionRow): Promise<void> {
    await sqlOf(tx).insertInto('vault_secret_versions').values(row).execute()
  }

  async update(tx: Tx, id: string, change: Partial<SecretRow>): Promise<void> {
    await sqlOf(tx)
      .updateTable('vault_secrets')
      .set({ ...change, version: sql`version + 1` })
      .where('id', '=', id)
      .execute()
  }

  /** No change of the secret: its version stays, which is what people who change it compare. */
  async setLastRead(tx: Tx, id: string, { at, by }: { at: number; by: Actor }): Promise<void> {
    await sqlOf(tx)
      .updateTable('vault_secrets')
      .set({ last_read_at: at, last_reader_kind: by.kind, last_reader_id: by.id, last_reader_label: by.label })
      .where('id', '=', id)
      .execute()
  }

  async updateVersion(
    tx: Tx,
    { secret_id, seq, ...change }: Partial<VersionRow> & Pick<VersionRow, 'secret_id' | 'seq'>,
  ) {
    await sqlOf(tx)
      .updateTable('vault_secret_versions')
      .set(change)
      .where('secret_id', '=', secret_id)
      .where('seq', '=', seq)
      .execute()
  }

  /** With its versions. */
  async remove(tx: Tx, id: string): Promise<void> {
    await sqlOf(tx).deleteFrom('vault_secrets').where('id', '=', id).execute()
  }

  async #newest(secrets: readonly SecretRow[]): Promise<Map<string, VersionRow>> {
    if (secrets.length === 0) return new Map()
    const rows = await this.#database.read
      .selectFrom('vault_secret_versions')
      .innerJoin('vault_secrets', 'vault_secrets.id', 'vault_secret_versions.secret_id')
      .selectAll('vault_secret_versions')
      .whereRef('vault_secret_versions.seq', '=', 'vault_secrets.current_seq')
      .where('vault_secrets.id', 'in', idsOf(secrets))
      .execute()
    return new Map(rows.map((row) => [row.secret_id, row]))
  }

  async #counts(secrets: readonly SecretRow[]): Promise<Map<string, number>> {
    if (secrets.length === 0) return new Map()
    const rows = await this.#database.read
      .selectFrom('vault_secret_versions')
      .select((eb) => ['secret_id', eb.fn.countAll<number>().as('count')])
      .where('secret_id', 'in', idsOf(secrets))
      .groupBy('secret_id')
      .execute()
    return new Map(rows.map(({ secret_id, count }) => [secret_id, count]))
  }

  #on(tx: Tx | undefined): Kysely<Schema> {
    return tx ? sqlOf(tx) : this.#database.read
  }
}

function idsOf(secrets: readonly SecretRow[]): string[] {
  return secrets.map(({ id }) => id)
}
