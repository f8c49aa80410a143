import {
  ClientId,
  CredentialId,
  InstanceId,
  ObjectId,
  RunId,
  SlotId,
  TenantId,
  ThumbprintS256,
} from '@signet/shared/vocabulary/identifiers'
import { type Database, sqlOf } from '../platform/database/database.ts'
import type { CertificateAuthoritiesTable, CredentialsTable, PrincipalsTable } from '../platform/database/schema.ts'
import type { Tx } from '../platform/transaction.ts'
import type { KeyCredential } from './key-credential.ts'
import type { Principal } from './principal.ts'

type CredentialChange = Partial<Pick<CredentialsTable, 'state' | 'usable_until' | 'activated_at' | 'revoked_at'>> & {
  updated_at: number
}

/** What people call a certificate by: its row, its thumbprints (base64url), its serial number. */
export interface CertificateNames {
  readonly guid?: string
  readonly sha1?: string
  readonly sha256?: string
  readonly serial?: string
}

const mostNamed = 20

/** SQL of principals, their credentials, the keys ever seen, and the certificate authorities. */
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
    return row && toPrincipal(row)
  }

  async principals(objectIds: readonly string[]): Promise<Principal[]> {
    if (objectIds.length === 0) return []
    const rows = await this.#database.read
      .selectFrom('principals')
      .selectAll()
      .where('object_id', 'in', objectIds)
      .execute()
    return rows.map(toPrincipal)
  }

  async principalByClient(clientId: string): Promise<Principal | undefined> {
    const row = await this.#database.read
      .selectFrom('principals')
      .selectAll()
      .where('client_id', '=', clientId)
      .executeTakeFirst()
    return row && toPrincipal(row)
  }

  /** By object ID or client ID. */
  async principalsNamed(guid: string): Promise<Principal[]> {
    const rows = await this.#database.read
      .selectFrom('principals')
      .selectAll()
      .where((eb) => eb.or([eb('object_id', '=', guid), eb('client_id', '=', guid)]))
      .execute()
    return rows.map(toPrincipal)
  }

  /** By any of the names of a certificate; one that is not given matches nothing. */
  async credentialsNamed(names: CertificateNames): Promise<KeyCredential[]> {
    const { guid, sha1, sha256, serial } = names
    const found = await Promise.all([
      ...(guid === undefined ? [] : [this.#credentialsWhere('id', guid)]),
      ...(sha1 === undefined ? [] : [this.#credentialsWhere('x5t', sha1)]),
      ...(sha256 === undefined ? [] : [this.#credentialsWhere('x5t_s256', sha256)]),
      ...(serial === undefined ? [] : [this.#credentialsWithSerial(serial)]),
    ])
    return found.flat()
  }

  async #credentialsWhere(column: 'id' | 'x5t' | 'x5t_s256', value: string): Promise<KeyCredential[]> {
    const query = this.#database.read.selectFrom('credentials').selectAll().where(column, '=', value).limit(mostNamed)
    return (await query.execute()).map(toCredential)
  }

  /** The index of serials begins with the authority, of which there are a few. */
  async #credentialsWithSerial(serial: string): Promise<KeyCredential[]> {
    const rows = await this.#database.read
      .selectFrom('credentials')
      .selectAll()
      .where('ca_id', 'in', (eb) =>
        eb.selectFrom('certificate_authorities').select('id').where('scope', '=', 'credentials'),
      )
      .where('serial', '=', serial)
      .limit(mostNamed)
      .execute()
    return rows.map(toCredential)
  }

  /** @returns whether the principal was enabled until now */
  async markDeleted(tx: Tx, objectId: string, at: number, purgeAt: number): Promise<boolean> {
    const result = await sqlOf(tx)
      .updateTable('principals')
      .set((eb) => ({
        state: 'deleted',
        deleted_at: at,
        purge_at: purgeAt,
        updated_at: at,
        version: eb('version', '+', 1),
      }))
      .where('object_id', '=', objectId)
      .where('state', '<>', 'deleted')
      .executeTakeFirst()
    return result.numUpdatedRows === 1n
  }

  async insertCredential(tx: Tx, row: CredentialsTable): Promise<void> {
    await sqlOf(tx).insertInto('credentials').values(row).execute()
  }

  async credential(id: string, tx?: Tx): Promise<KeyCredential | undefined> {
    const row = await this.#reader(tx).selectFrom('credentials').selectAll().where('id', '=', id).executeTakeFirst()
    return row && toCredential(row)
  }

  async credentials(ids: readonly string[]): Promise<KeyCredential[]> {
    if (ids.length === 0) return []
    const rows = await this.#database.read.selectFrom('credentials').selectAll().where('id', 'in', ids).execute()
    return rows.map(toCredential)
  }

  async credentialBySpki(slotId: string, spkiS256: string, tx?: Tx): Promise<KeyCredential | undefined> {
    const row = await this.#reader(tx)
      .selectFrom('credentials')
      .selectAll()
      .where('slot_id', '=', slotId)
      .where('spki_s256', '=', spkiS256)
      .executeTakeFirst()
    return row && toCredential(row)
  }

  /** Newest first. */
  async credentialsOf(principalId: string, limit: number): Promise<KeyCredential[]> {
    const rows = await this.#database.read
      .selectFrom('credentials')
      .selectAll()
      .where('principal_id', '=', principalId)
      .orderBy('id', 'desc')
      .limit(limit)
      .execute()
    return rows.map(toCredential)
  }

  /** Compare-and-set: nothing happens unless the credential is still in `from`. */
  async moveCredential(
    tx: Tx,
    id: string,
    from: CredentialsTable['state'],
    change: CredentialChange,
  ): Promise<boolean> {
    const result = await sqlOf(tx)
      .updateTable('credentials')
      .set((eb) => ({ ...change, version: eb('version', '+', 1) }))
      .where('id', '=', id)
      .where('state', '=', from)
      .executeTakeFirst()
    return result.numUpdatedRows === 1n
  }

  async usableCredentials(tx: Tx, principalId: string): Promise<KeyCredential[]> {
    const rows = await sqlOf(tx)
      .selectFrom('credentials')
      .selectAll()
      .where('principal_id', '=', principalId)
      .where('state', 'in', ['prepared', 'active', 'retiring'])
      .execute()
    return rows.map(toCredential)
  }

  async recordUse(tx: Tx, id: string, at: number): Promise<void> {
    await sqlOf(tx)
      .updateTable('credentials')
      .set((eb) => ({ first_used_at: eb.fn.coalesce('first_used_at', eb.val(at)), last_used_at: at }))
      .where('id', '=', id)
      .execute()
  }

  /** @returns false when somebody else has ever used this key (SEC-38) */
  async claimKey(
    tx: Tx,
    key: { spkiS256: string; ownerKind: 'credential' | 'agent'; ownerId: string; tenantId: string; at: number },
  ): Promise<boolean> {
    await sqlOf(tx)
      .insertInto('known_keys')
      .values({
        spki_s256: key.spkiS256,
        tenant_id: key.tenantId,
        owner_kind: key.ownerKind,
        owner_id: key.ownerId,
        first_seen: key.at,
      })
      .onConflict((conflict) => conflict.column('spki_s256').doNothing())
      .execute()
    const row = await sqlOf(tx)
      .selectFrom('known_keys')
      .select(['owner_kind', 'owner_id'])
      .where('spki_s256', '=', key.spkiS256)
      .executeTakeFirstOrThrow()
    return row.owner_kind === key.ownerKind && row.owner_id === key.ownerId
  }

  async authorities(): Promise<CertificateAuthoritiesTable[]> {
    return this.#database.read.selectFrom('certificate_authorities').selectAll().where('state', '=', 'active').execute()
  }

  async insertAuthority(tx: Tx, row: CertificateAuthoritiesTable): Promise<void> {
    await sqlOf(tx).insertInto('certificate_authorities').values(row).execute()
  }

  #reader(tx: Tx | undefined) {
    return tx ? sqlOf(tx) : this.#database.read
  }
}

function toPrincipal(row: PrincipalsTable): Principal {
  return {
    objectId: ObjectId.parse(row.object_id),
    clientId: ClientId.parse(row.client_id),
    tenantId: TenantId.parse(row.tenant_id),
    kind: row.kind,
    displayName: row.display_name,
    ownerInstanceId: row.owner_instance_id === null ? null : InstanceId.parse(row.owner_instance_id),
    armId: row.arm_id,
    state: row.state,
    deletedAt: row.deleted_at,
    version: row.version,
  }
}

function toCredential(row: CredentialsTable): KeyCredential {
  return {
    id: CredentialId.parse(row.id),
    slotId: SlotId.parse(row.slot_id),
    principalId: ObjectId.parse(row.principal_id),
    runId: RunId.parse(row.run_id),
    serial: row.serial,
    x5t: row.x5t,
    x5tS256: ThumbprintS256.parse(row.x5t_s256),
    certificate: row.cert_der,
    keyAlgorithm: row.key_alg,
    keyLocation: row.key_location,
    state: row.state,
    notBefore: row.not_before,
    notAfter: row.not_after,
    usableUntil: row.usable_until,
    issuedAt: row.created_at,
    activatedAt: row.activated_at,
    revokedAt: row.revoked_at,
    firstUsedAt: row.first_used_at,
    lastUsedAt: row.last_used_at,
  }
}
