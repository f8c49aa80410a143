import { CredentialId, ObjectId, RunId, SlotId, ThumbprintS256 } from '@signet/shared/vocabulary/identifiers'
import { sql } from 'kysely'
import { type Database, sqlOf } from '../platform/database/database.ts'
import type { CredentialsTable } from '../platform/database/principal-tables.ts'
import type { Tx } from '../platform/transaction.ts'
import type { KeyCredential, KeyOwner } from './key-credential.ts'

type CredentialChange = Partial<
  Pick<
    CredentialsTable,
    'state' | 'usable_until' | 'activated_at' | 'superseded_at' | 'retired_at' | 'revoked_at' | 'revoke_reason'
  >
> & { updated_at: number }

/** What people call a certificate by: its row, its thumbprints (base64url), its serial number. */
export interface CertificateNames {
  readonly guid?: string
  readonly sha1?: string
  readonly sha256?: string
  readonly serial?: string
}

const mostNamed = 20

/** SQL of certificates, and of the keys ever seen. */
export class CredentialsStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async insert(tx: Tx, row: CredentialsTable): Promise<KeyCredential> {
    await sqlOf(tx).insertInto('credentials').values(row).execute()
    return toCredential(row)
  }

  /** @returns false when that certificate is there already, whoever has it */
  async insertNew(tx: Tx, row: CredentialsTable): Promise<boolean> {
    const result = await sqlOf(tx)
      .insertInto('credentials')
      .values(row)
      .onConflict((conflict) => conflict.column('x5t_s256').doNothing())
      .executeTakeFirst()
    return result.numInsertedOrUpdatedRows === 1n
  }

  async find(id: string, tx?: Tx): Promise<KeyCredential | undefined> {
    const row = await this.#reader(tx).selectFrom('credentials').selectAll().where('id', '=', id).executeTakeFirst()
    return row && this.#credential(row)
  }

  async findAll(ids: readonly string[]): Promise<KeyCredential[]> {
    if (ids.length === 0) return []
    const rows = await this.#database.read.selectFrom('credentials').selectAll().where('id', 'in', ids).execute()
    return rows.map((row) => this.#credential(row))
  }

  async bySpki(slotId: string, spkiS256: string, tx?: Tx): Promise<KeyCredential | undefined> {
    const row = await this.#reader(tx)
      .selectFrom('credentials')
      .selectAll()
      .where('slot_id', '=', slotId)
      .where('spki_s256', '=', spkiS256)
      .executeTakeFirst()
    return row && this.#credential(row)
  }

  /** Newest first. */
  async of(principalId: string, limit: number): Promise<KeyCredential[]> {
    const rows = await this.#database.read
      .selectFrom('credentials')
      .selectAll()
      .where('principal_id', '=', principalId)
      .orderBy('id', 'desc')
      .limit(limit)
      .execute()
    return rows.map((row) => this.#credential(row))
  }

  /** Compare-and-set. @returns whether it was of that version */
  async setLongAssertions(
    tx: Tx,
    { id, version }: KeyCredential,
    change: Pick<CredentialsTable, 'long_assertions' | 'updated_at'>,
  ): Promise<boolean> {
    const result = await sqlOf(tx)
      .updateTable('credentials')
      .set((eb) => ({ ...change, version: eb('version', '+', 1) }))
      .where('id', '=', id)
      .where('version', '=', version)
      .executeTakeFirst()
    return result.numUpdatedRows === 1n
  }

  /** By any of the names of a certificate; one that is not given matches nothing. */
  async named({ guid, sha1, sha256, serial }: CertificateNames): Promise<KeyCredential[]> {
    const found = await Promise.all([
      guid === undefined ? [] : this.findAll([guid]),
      sha1 === undefined ? [] : this.byThumbprint(sha1),
      sha256 === undefined ? [] : this.byThumbprint(sha256),
      serial === undefined ? [] : this.#withSerial(serial),
    ])
    return found.flat()
  }

  /** The index of serials begins with the authority, of which there are a few. */
  async #withSerial(serial: string): Promise<KeyCredential[]> {
    const rows = await this.#database.read
      .selectFrom('credentials')
      .selectAll()
      .where('ca_id', 'in', (eb) =>
        eb.selectFrom('certificate_authorities').select('id').where('scope', '=', 'credentials'),
      )
      .where('serial', '=', serial)
      .limit(mostNamed)
      .execute()
    return rows.map((row) => this.#credential(row))
  }

  async byThumbprint(thumbprint: string): Promise<KeyCredential[]> {
    const isHex = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/i.test(thumbprint)
    const value = isHex ? Buffer.from(thumbprint, 'hex').toString('base64url') : thumbprint
    const rows = await this.#database.read
      .selectFrom('credentials')
      .selectAll()
      .where((eb) => eb.or([eb('x5t', '=', value), eb('x5t_s256', '=', value)]))
      .execute()
    return rows.map((row) => this.#credential(row))
  }

  async during(
    principalIds: readonly string[],
    { from, until }: { from: number; until: number },
    mostEach: number,
  ): Promise<KeyCredential[]> {
    if (principalIds.length === 0) return []
    const ranked = this.#database.reports
      .selectFrom('credentials')
      .selectAll()
      .select((eb) =>
        eb.fn
          .agg<number>('row_number')
          .over((over) => over.partitionBy('principal_id').orderBy('id', 'desc'))
          .as('place'),
      )
      .where('principal_id', 'in', principalIds)
      .where('not_before', '<', until)
      .where('not_after', '>=', from)
    const rows = await this.#database.reports
      .selectFrom(ranked.as('ranked'))
      .selectAll()
      .where('place', '<=', mostEach)
      .orderBy('id')
      .execute()
    return rows.map((row) => ({ ...this.#credential(row), certificate: Buffer.from(row.cert_der) }))
  }

  /** Compare-and-set: nothing happens unless the credential is still in `from`. */
  async move(tx: Tx, id: string, from: CredentialsTable['state'], change: CredentialChange): Promise<boolean> {
    const result = await sqlOf(tx)
      .updateTable('credentials')
      .set((eb) => ({
        ...change,
        // Whoever uses it has it, whether its acknowledgement arrived or not.
        ...(change.activated_at !== undefined && {
          delivered_at: eb.fn.coalesce('delivered_at', eb.val(change.activated_at)),
        }),
        version: eb('version', '+', 1),
      }))
      .where('id', '=', id)
      .where('state', '=', from)
      .executeTakeFirst()
    return result.numUpdatedRows === 1n
  }

  /** The states are part of the statement, not bound, as in the condition of the index. */
  async usable(principalId: string, tx?: Tx): Promise<KeyCredential[]> {
    const rows = await this.#reader(tx)
      .selectFrom('credentials')
      .selectAll()
      .where('principal_id', '=', principalId)
      .where(sql<boolean>`state IN ('prepared','active','retiring')`)
      .execute()
    return rows.map((row) => this.#credential(row))
  }

  /** @returns whose it is; undefined when there is none */
  async recordUse(tx: Tx, id: string, at: number): Promise<string | undefined> {
    const used = await sqlOf(tx)
      .updateTable('credentials')
      .set((eb) => ({
        first_used_at: eb.fn.coalesce('first_used_at', eb.val(at)),
        last_used_at: sql<number>`max(coalesce(last_used_at, ${at}), ${at})`,
      }))
      .where('id', '=', id)
      .returning('principal_id')
      .executeTakeFirst()
    return used?.principal_id
  }

  /** @returns false when somebody else has ever used this key (SEC-38) */
  async claimKey(
    tx: Tx,
    key: { spkiS256: string; ownerKind: KeyOwner; ownerId: string; tenantId: string; at: number },
  ): Promise<boolean> {
    const inserted = await sqlOf(tx)
      .insertInto('known_keys')
      .values({
        spki_s256: key.spkiS256,
        tenant_id: key.tenantId,
        owner_kind: key.ownerKind,
        owner_id: key.ownerId,
        first_seen: key.at,
      })
      .onConflict((conflict) => conflict.column('spki_s256').doNothing())
      .executeTakeFirst()
    if (inserted.numInsertedOrUpdatedRows === 1n) return true
    const row = await sqlOf(tx)
      .selectFrom('known_keys')
      .selectAll()
      .where('spki_s256', '=', key.spkiS256)
      .executeTakeFirstOrThrow()
    this.#database.rows.checked('known_keys', row)
    return row.owner_kind === key.ownerKind && row.owner_id === key.ownerId
  }

  #credential(row: CredentialsTable): KeyCredential {
    return toCredential(this.#database.rows.checked('credentials', row))
  }

  #reader(tx: Tx | undefined) {
    return tx ? sqlOf(tx) : this.#database.read
  }
}

function toCredential(row: CredentialsTable): KeyCredential {
  return {
    id: CredentialId.parse(row.id),
    slotId: row.slot_id === null ? null : SlotId.parse(row.slot_id),
    principalId: ObjectId.parse(row.principal_id),
    runId: row.run_id === null ? null : RunId.parse(row.run_id),
    serial: row.serial,
    x5t: row.x5t,
    x5tS256: ThumbprintS256.parse(row.x5t_s256),
    certificate: row.cert_der,
    keyAlgorithm: row.key_alg,
    keyLocation: row.key_location,
    longAssertions: row.long_assertions === 1,
    state: row.state,
    notBefore: row.not_before,
    notAfter: row.not_after,
    usableUntil: row.usable_until,
    issuedAt: row.created_at,
    activatedAt: row.activated_at,
    revokedAt: row.revoked_at,
    firstUsedAt: row.first_used_at,
    lastUsedAt: row.last_used_at,
    version: row.version,
  }
}
