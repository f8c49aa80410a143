import { type Database, sqlOf } from '../platform/database/database.ts'
import type { SigningKeysTable } from '../platform/database/schema.ts'
import type { Tx } from '../platform/transaction.ts'

export type SigningKeyRow = SigningKeysTable

/** SQL of signing keys. */
export class SigningKeysStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** Everything that is still published, the newest last. */
  published(scope: string, tx?: Tx): Promise<SigningKeyRow[]> {
    const reader = tx ? sqlOf(tx) : this.#database.read
    return reader
      .selectFrom('signing_keys')
      .selectAll()
      .where('issuer_scope', '=', scope)
      .where('state', 'in', ['prepared', 'active', 'retiring'])
      .orderBy('created_at')
      .execute()
  }

  /** Of every scope: those in use, and those that left the key set after an instant; the newest first. */
  known(leftAfter: number): Promise<SigningKeyRow[]> {
    return this.#database.read
      .selectFrom('signing_keys')
      .selectAll()
      .where((where) =>
        where.or([where('state', 'in', ['prepared', 'active', 'retiring']), where('updated_at', '>', leftAfter)]),
      )
      .orderBy('created_at', 'desc')
      .orderBy('kid')
      .execute()
  }

  async find(kid: string): Promise<SigningKeyRow | undefined> {
    return this.#database.read.selectFrom('signing_keys').selectAll().where('kid', '=', kid).executeTakeFirst()
  }

  /** Names of those that were revoked after an instant, in their order. */
  async revokedSince(instant: number): Promise<string[]> {
    const rows = await this.#database.read
      .selectFrom('signing_keys')
      .select('kid')
      .where('state', '=', 'revoked')
      .where('updated_at', '>', instant)
      .orderBy('kid')
      .execute()
    return rows.map(({ kid }) => kid)
  }

  /** How many were ever revoked. */
  async revocations(): Promise<number> {
    const { n } = await this.#database.read
      .selectFrom('signing_keys')
      .select((select) => select.fn.countAll<number>().as('n'))
      .where('state', '=', 'revoked')
      .executeTakeFirstOrThrow()
    return n
  }

  async exists(kid: string): Promise<boolean> {
    const row = await this.#database.read
      .selectFrom('signing_keys')
      .select('kid')
      .where('kid', '=', kid)
      .executeTakeFirst()
    return row !== undefined
  }

  async insert(tx: Tx, row: SigningKeyRow): Promise<void> {
    await sqlOf(tx).insertInto('signing_keys').values(row).execute()
  }

  /** Compare-and-set on the state the caller read. */
  async move(
    tx: Tx,
    key: SigningKeyRow,
    change: Partial<Pick<SigningKeyRow, 'state' | 'retiring_at' | 'retire_at' | 'activate_at' | 'held'>>,
    at: number,
  ): Promise<boolean> {
    const result = await sqlOf(tx)
      .updateTable('signing_keys')
      .set({ ...change, version: key.version + 1, updated_at: at })
      .where('kid', '=', key.kid)
      .where('version', '=', key.version)
      .executeTakeFirst()
    return result.numUpdatedRows === 1n
  }
}
