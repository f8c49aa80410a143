import { CredentialId } from '@signet/shared/vocabulary/identifiers'
import { type Database, sqlOf } from '../platform/database/database.ts'
import type { ClientSecretsTable } from '../platform/database/principal-tables.ts'
import type { Tx } from '../platform/transaction.ts'
import type { KnownSecret } from './client-secret.ts'

export type SecretRow = ClientSecretsTable

/** SQL of client secrets. */
export class ClientSecretsStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async insert(tx: Tx, row: SecretRow): Promise<void> {
    await sqlOf(tx).insertInto('client_secrets').values(row).execute()
  }

  /** Oldest first. */
  async of(principalId: string, tx?: Tx): Promise<SecretRow[]> {
    const rows = await (tx ? sqlOf(tx) : this.#database.read)
      .selectFrom('client_secrets')
      .selectAll()
      .where('principal_id', '=', principalId)
      .orderBy('id')
      .execute()
    return this.#database.rows.allChecked('client_secrets', rows)
  }

  /** What the authority compares with. */
  async known(principalId: string): Promise<KnownSecret[]> {
    const rows = await this.of(principalId)
    return rows.map((row) => ({ id: CredentialId.parse(row.id), sha256: row.secret_sha256, expiresAt: row.expires_at }))
  }

  /** @returns what was removed */
  async remove(tx: Tx, { principalId, id }: { principalId: string; id: string }): Promise<SecretRow | undefined> {
    return sqlOf(tx)
      .deleteFrom('client_secrets')
      .where('id', '=', id)
      .where('principal_id', '=', principalId)
      .returningAll()
      .executeTakeFirst()
  }

  async removeAll(tx: Tx, principalId: string): Promise<void> {
    await sqlOf(tx).deleteFrom('client_secrets').where('principal_id', '=', principalId).execute()
  }

  /** @returns whose it is; undefined when it is gone */
  async recordUse(tx: Tx, id: string, at: number): Promise<string | undefined> {
    const used = await sqlOf(tx)
      .updateTable('client_secrets')
      .set({ last_used_at: at })
      .where('id', '=', id)
      .returning('principal_id')
      .executeTakeFirst()
    return used?.principal_id
  }
}
