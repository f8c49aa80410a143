import type { Page, PageQuery } from '@signet/shared/api/paging'
import { CredentialId, ObjectId } from '@signet/shared/vocabulary/identifiers'
import { sql } from 'kysely'
import { type Database, sqlOf } from '../platform/database/database.ts'
import type { Cursors } from '../platform/database/paging.ts'
import type { FederatedCredentialsTable } from '../platform/database/principal-tables.ts'
import type { Tx } from '../platform/transaction.ts'
import type { FederatedTrust } from './federated-rule.ts'
import type { KeySet } from './pinned-keys.ts'

export type FederatedRow = FederatedCredentialsTable
export type FederatedContent = Pick<
  FederatedRow,
  'name' | 'name_key' | 'issuer' | 'match' | 'subject' | 'audiences' | 'jwks' | 'broad' | 'updated_at'
>

const list = 'federated-credentials'
/** As in the condition of the index of these. */
const isBroad = sql<boolean>`broad = 1`

/** SQL of federated credentials. */
export class FederatedCredentialsStore {
  readonly #database: Database
  readonly #cursors: Cursors

  constructor(database: Database, cursors: Cursors) {
    this.#database = database
    this.#cursors = cursors
  }

  /** @returns false when the principal has one of that name, or one that trusts the same subject */
  async insert(tx: Tx, row: FederatedRow): Promise<boolean> {
    const { numInsertedOrUpdatedRows } = await sqlOf(tx)
      .insertInto('federated_credentials')
      .values(row)
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirst()
    return numInsertedOrUpdatedRows === 1n
  }

  /** Compare-and-set. @returns `stale` when it is not of that version any more, `taken` as `insert` says */
  async change(
    tx: Tx,
    { id, version }: FederatedTrust,
    content: FederatedContent,
  ): Promise<'changed' | 'stale' | 'taken'> {
    const taken = await sqlOf(tx)
      .selectFrom('federated_credentials as other')
      .innerJoin('federated_credentials as own', 'own.principal_id', 'other.principal_id')
      .select('other.id')
      .where('own.id', '=', id)
      .where('other.id', '<>', id)
      .where((eb) =>
        eb.or([
          eb('other.name_key', '=', content.name_key),
          eb.and([
            eb('other.issuer', '=', content.issuer),
            eb('other.match', '=', content.match),
            eb('other.subject', '=', content.subject),
          ]),
        ]),
      )
      .executeTakeFirst()
    if (taken) return 'taken'
    const { numUpdatedRows } = await sqlOf(tx)
      .updateTable('federated_credentials')
      .set((eb) => ({ ...content, version: eb('version', '+', 1) }))
      .where('id', '=', id)
      .where('version', '=', version)
      .executeTakeFirst()
    return numUpdatedRows === 1n ? 'changed' : 'stale'
  }

  async find(key: { principalId: string; id: string }, tx?: Tx): Promise<FederatedTrust | undefined> {
    const row = await (tx ? sqlOf(tx) : this.#database.read)
      .selectFrom('federated_credentials')
      .selectAll()
      .where('id', '=', key.id)
      .where('principal_id', '=', key.principalId)
      .executeTakeFirst()
    return row && this.#trust(row)
  }

  /** By name. */
  async page(principalId: string, { cursor, limit }: PageQuery): Promise<Page<FederatedTrust>> {
    const after = this.#cursors.read(list, cursor)?.[0]
    let query = this.#database.read
      .selectFrom('federated_credentials')
      .selectAll()
      .where('principal_id', '=', principalId)
    if (after !== undefined) query = query.where(sql<boolean>`name_key > ${after}`)
    const rows = await query
      .orderBy('name_key')
      .limit(limit + 1)
      .execute()
    return this.#cursors.page(rows, { list, limit, keyOf: (row) => [row.name_key], map: (row) => this.#trust(row) })
  }

  async count(principalId: string): Promise<number> {
    const { n } = await this.#database.read
      .selectFrom('federated_credentials')
      .select((eb) => eb.fn.countAll<number>().as('n'))
      .where('principal_id', '=', principalId)
      .executeTakeFirstOrThrow()
    return n
  }

  /** Principals that have one which trusts too much. */
  async broadPrincipals(): Promise<string[]> {
    const rows = await this.#database.read
      .selectFrom('federated_credentials')
      .select('principal_id')
      .distinct()
      .where(isBroad)
      .execute()
    return rows.map((row) => row.principal_id)
  }

  /** Those of some principals that trust too much, in their order. */
  async broadOf(principalIds: readonly string[]): Promise<FederatedTrust[]> {
    if (principalIds.length === 0) return []
    const rows = await this.#database.read
      .selectFrom('federated_credentials')
      .selectAll()
      .where('principal_id', 'in', principalIds)
      .where(isBroad)
      .orderBy('id')
      .execute()
    return rows.map((row) => this.#trust(row))
  }

  /** What those of these that are there are called. */
  async names(ids: readonly string[]): Promise<Map<string, string>> {
    if (ids.length === 0) return new Map()
    const rows = await this.#database.read
      .selectFrom('federated_credentials')
      .select(['id', 'name'])
      .where('id', 'in', ids)
      .execute()
    return new Map(rows.map(({ id, name }) => [id, name]))
  }

  async of(principalId: string): Promise<FederatedTrust[]> {
    const rows = await this.#database.read
      .selectFrom('federated_credentials')
      .selectAll()
      .where('principal_id', '=', principalId)
      .orderBy('id')
      .execute()
    return rows.map((row) => this.#trust(row))
  }

  async remove(tx: Tx, id: string): Promise<void> {
    await sqlOf(tx).deleteFrom('federated_credentials').where('id', '=', id).execute()
  }

  async removeAll(tx: Tx, principalId: string): Promise<void> {
    await sqlOf(tx).deleteFrom('federated_credentials').where('principal_id', '=', principalId).execute()
  }

  /** @returns whose it is; undefined when it is gone */
  async recordUse(tx: Tx, id: string, at: number): Promise<string | undefined> {
    const used = await sqlOf(tx)
      .updateTable('federated_credentials')
      .set({ last_used_at: at })
      .where('id', '=', id)
      .returning('principal_id')
      .executeTakeFirst()
    return used?.principal_id
  }

  #trust(row: FederatedRow): FederatedTrust {
    return toTrust(this.#database.rows.checked('federated_credentials', row))
  }
}

function toTrust(row: FederatedRow): FederatedTrust {
  return {
    id: CredentialId.parse(row.id),
    principalId: ObjectId.parse(row.principal_id),
    name: row.name,
    issuer: row.issuer,
    match: row.match,
    subject: row.subject,
    audiences: JSON.parse(row.audiences) as string[],
    pinned: row.jwks === null ? null : (JSON.parse(row.jwks) as KeySet),
    lastUsedAt: row.last_used_at,
    createdAt: row.created_at,
    version: row.version,
  }
}
