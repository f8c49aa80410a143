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
import { sql } from 'kysely'
import { type Database, sqlOf } from '../platform/database/database.ts'
import type { CredentialsTable, PrincipalsTable } from '../platform/database/principal-tables.ts'
import type { Tx } from '../platform/transaction.ts'
import type { KeyCredential, KeyOwner } from './key-credential.ts'
import type { Principal } from './principal.ts'

type CredentialChange = Partial<
  Pick<
    CredentialsTable,
    'state' | 'usable_until' | 'activated_at' | 'superseded_at' | 'retired_at' | 'revoked_at' | 'revoke_reason'
  >
> & { updated_at: number }

/** What can change about a principal besides its state. */
export type PrincipalChange = Partial<Pick<PrincipalsTable, 'display_name' | 'arm_id' | 'token_ttl_s'>>

/** What people call a certificate by: its row, its thumbprints (base64url), its serial number. */
export interface CertificateNames {
  readonly guid?: string
  readonly sha1?: string
  readonly sha256?: string
  readonly serial?: string
}

const mostNamed = 20

/** SQL of principals, their credentials and the keys ever seen. */
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

  async insertCredential(tx: Tx, row: CredentialsTable): Promise<KeyCredential> {
    await sqlOf(tx).insertInto('credentials').values(row).execute()
    return toCredential(row)
  }

  /** @returns false when that certificate is there already, whoever has it */
  async insertNewCredential(tx: Tx, row: CredentialsTable): Promise<boolean> {
    const result = await sqlOf(tx)
      .insertInto('credentials')
      .values(row)
      .onConflict((conflict) => conflict.column('x5t_s256').doNothing())
      .executeTakeFirst()
    return result.numInsertedOrUpdatedRows === 1n
  }

  async credential(id: string, tx?: Tx): Promise<KeyCredential | undefined> {
    const row = await this.#reader(tx).selectFrom('credentials').selectAll().where('id', '=', id).executeTakeFirst()
    return row && this.#credential(row)
  }

  async credentials(ids: readonly string[]): Promise<KeyCredential[]> {
    if (ids.length === 0) return []
    const rows = await this.#database.read.selectFrom('credentials').selectAll().where('id', 'in', ids).execute()
    return rows.map((row) => this.#credential(row))
  }

  async credentialBySpki(slotId: string, spkiS256: string, tx?: Tx): Promise<KeyCredential | undefined> {
    const row = await this.#reader(tx)
      .selectFrom('credentials')
      .selectAll()
      .where('slot_id', '=', slotId)
      .where('spki_s256', '=', spkiS256)
      .executeTakeFirst()
    return row && this.#credential(row)
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
  async credentialsNamed({ guid, sha1, sha256, serial }: CertificateNames): Promise<KeyCredential[]> {
    const found = await Promise.all([
      guid === undefined ? [] : this.credentials([guid]),
      sha1 === undefined ? [] : this.credentialsByThumbprint(sha1),
      sha256 === undefined ? [] : this.credentialsByThumbprint(sha256),
      serial === undefined ? [] : this.#credentialsWithSerial(serial),
    ])
    return found.flat()
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
    return rows.map((row) => this.#credential(row))
  }

  async credentialsByThumbprint(thumbprint: string): Promise<KeyCredential[]> {
    const isHex = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/i.test(thumbprint)
    const value = isHex ? Buffer.from(thumbprint, 'hex').toString('base64url') : thumbprint
    const rows = await this.#database.read
      .selectFrom('credentials')
      .selectAll()
      .where((eb) => eb.or([eb('x5t', '=', value), eb('x5t_s256', '=', value)]))
      .execute()
    return rows.map((row) => this.#credential(row))
  }

  async credentialsDuring(
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
  async moveCredential(
    tx: Tx,
    id: string,
    from: CredentialsTable['state'],
    change: CredentialChange,
  ): Promise<boolean> {
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
  async usableCredentials(principalId: string, tx?: Tx): Promise<KeyCredential[]> {
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

  #principal(row: PrincipalsTable): Principal {
    return toPrincipal(this.#database.rows.checked('principals', row))
  }

  #credential(row: CredentialsTable): KeyCredential {
    return toCredential(this.#database.rows.checked('credentials', row))
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
