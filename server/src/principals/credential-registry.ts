import type { KeyAlgorithm } from '@signet/shared/vocabulary/credential-states'
import { CredentialId, type ObjectId, type SlotId, type TenantId } from '@signet/shared/vocabulary/identifiers'
import type { AuditLog } from '../audit/index.ts'
import type { Clock } from '../platform/clock.ts'
import type { CertificateFacts } from '../platform/crypto/certificate.ts'
import { thumbprintHex } from '../platform/crypto/thumbprint.ts'
import type { Database } from '../platform/database/database.ts'
import type { Cursors } from '../platform/database/paging.ts'
import { SequentialIds } from '../platform/identifiers.ts'
import type { RequestContext } from '../platform/request-context.ts'
import { SignetError } from '../platform/signet-error.ts'
import type { ChangeRecorder, Tx } from '../platform/transaction.ts'
import { type AcknowledgingAgent, CredentialRecordsStore } from './credential-records-store.ts'
import { credentialRow, type IssuedBy } from './credential-row.ts'
import { CredentialsStore } from './credentials-store.ts'
import { assertMove, type KeyCredential, type KeyOwner } from './key-credential.ts'
import { recordingKeyRefusal } from './key-refusal.ts'
import type { Principal } from './principal.ts'

/** As many certificates of one principal as anything looks at; older ones can no longer be used in any way. */
export const relevantCredentials = 50

interface PreparedCredential {
  readonly principalId: ObjectId
  readonly keyAlgorithm: KeyAlgorithm
  readonly facts: CertificateFacts
  readonly issuedBy: IssuedBy
  /** At whose wish. */
  readonly actor: RequestContext['actor']
}

interface CredentialRegistryParts {
  readonly database: Database
  readonly cursors: Cursors
  readonly audit: AuditLog
  readonly clock: Clock
  readonly tenantId: TenantId
  readonly principals: { require(objectId: ObjectId, tx: Tx): Promise<Principal> }
}

/** The certificates of principals. Methods that write take the caller's transaction and record the act. */
export class CredentialRegistry {
  readonly #store: CredentialsStore
  readonly #records: CredentialRecordsStore
  readonly #principals: CredentialRegistryParts['principals']
  readonly #database: ChangeRecorder
  readonly #audit: AuditLog
  readonly #clock: Clock
  readonly #tenantId: TenantId
  readonly #ids: SequentialIds

  constructor(parts: CredentialRegistryParts) {
    this.#store = new CredentialsStore(parts.database)
    this.#records = new CredentialRecordsStore(parts)
    this.#principals = parts.principals
    this.#database = parts.database
    this.#audit = parts.audit
    this.#clock = parts.clock
    this.#tenantId = parts.tenantId
    this.#ids = new SequentialIds(parts.clock)
  }

  /** Registers a certificate that is accepted from now on, beside the active one. */
  async addPrepared(tx: Tx, context: RequestContext, prepared: PreparedCredential): Promise<KeyCredential> {
    const now = this.#clock.now()
    const id = CredentialId.parse(this.#ids.next())
    const principal = await this.#principals.require(prepared.principalId, tx)
    const row = credentialRow({ ...prepared, id, principal, tenantId: this.#tenantId, at: now })
    const credential = await this.#store.insert(tx, row)
    await this.#recorded(tx, context, 'credential.prepared', credential)
    return credential
  }

  async activate(tx: Tx, context: RequestContext, credential: KeyCredential): Promise<void> {
    const now = this.#clock.now()
    await this.#move(tx, credential, 'active', { activated_at: now })
    await this.#recorded(tx, context, 'credential.activated', credential)
  }

  /** The agent says that it holds the credential; repeating it changes nothing. */
  async acknowledge(tx: Tx, credential: KeyCredential, agent: AcknowledgingAgent): Promise<void> {
    await this.#records.acknowledge(tx, credential.id, agent, this.#clock.now())
  }

  /** Superseded, but accepted until `usableUntil`. */
  async supersede(tx: Tx, credential: KeyCredential, usableUntil: number): Promise<void> {
    await this.#move(tx, credential, 'retiring', { usable_until: usableUntil, superseded_at: this.#clock.now() })
    await this.#database.changed(tx, { kind: 'slot', id: credential.principalId })
  }

  /** A superseded one is accepted until another instant. The caller records the act. */
  async keep(tx: Tx, credential: KeyCredential, usableUntil: number): Promise<void> {
    const change = { state: 'retiring', usable_until: usableUntil, updated_at: this.#clock.now() } as const
    if (!(await this.#store.move(tx, credential.id, 'retiring', change))) {
      throw new SignetError('conflict', 'The certificate was changed in the meantime.')
    }
    await this.#database.changed(tx, { kind: 'slot', id: credential.principalId })
  }

  /** Accepted until its own end again, as it was before another superseded it. */
  async reinstate(tx: Tx, context: RequestContext, credential: KeyCredential): Promise<void> {
    await this.#move(tx, credential, 'active', { usable_until: null, superseded_at: null })
    await this.#recorded(tx, context, 'credential.reinstated', credential)
  }

  async retire(tx: Tx, context: RequestContext, credential: KeyCredential): Promise<void> {
    await this.#move(tx, credential, 'retired', { retired_at: this.#clock.now() })
    await this.#recorded(tx, context, 'credential.retired', credential)
  }

  async revoke(tx: Tx, context: RequestContext, credential: KeyCredential, reason: string): Promise<void> {
    await this.#move(tx, credential, 'revoked', { revoked_at: this.#clock.now(), revoke_reason: reason })
    await this.#recorded(tx, context, 'credential.revoked', credential, reason)
  }

  find(id: string, tx?: Tx): Promise<KeyCredential | undefined> {
    return this.#store.find(id, tx)
  }

  /** @throws SignetError `not_found` */
  async require(id: string, tx?: Tx): Promise<KeyCredential> {
    const credential = await this.#store.find(id, tx)
    if (!credential) throw new SignetError('not_found', 'No such certificate.')
    return credential
  }

  byIds(ids: readonly string[]): Promise<KeyCredential[]> {
    return this.#store.findAll(ids)
  }

  /** By SHA-1 (hexadecimal, or base64url as in `x5t`) or SHA-256 (likewise); usually one, since SHA-1 is not unique. */
  byThumbprint(thumbprint: string): Promise<KeyCredential[]> {
    return this.#store.byThumbprint(thumbprint)
  }

  /** What several principals held at any time between two instants, oldest first; at most `mostEach` of each, the newest. */
  during(
    principalIds: readonly string[],
    range: { from: number; until: number },
    mostEach: number,
  ): Promise<KeyCredential[]> {
    return this.#store.during(principalIds, range, mostEach)
  }

  /** Newest first. */
  of(principalId: ObjectId): Promise<KeyCredential[]> {
    return this.#store.of(principalId, relevantCredentials)
  }

  forKey(slotId: SlotId, spkiS256: string, tx?: Tx): Promise<KeyCredential | undefined> {
    return this.#store.bySpki(slotId, spkiS256, tx)
  }

  /**
   * Binds a public key to its one owner, for ever (SEC-38).
   *
   * @throws SignetError `key_reused`
   */
  async claimKey(tx: Tx, key: { spkiS256: string; ownerKind: KeyOwner; ownerId: string }): Promise<void> {
    const isOwn = await this.#store.claimKey(tx, { ...key, tenantId: this.#tenantId, at: this.#clock.now() })
    if (!isOwn) throw new SignetError('key_reused', 'This public key was used elsewhere before; make a new one.')
  }

  /** A key that `work` refuses leaves a record of its own, since the transaction that found it out is undone (SEC-38). */
  recordingKeyRefusal<T>(context: RequestContext, work: () => Promise<T>): Promise<T> {
    return recordingKeyRefusal(this.#audit, context, work)
  }

  /** @param slotId revokes what it has in this slot alone */
  async revokeAll(tx: Tx, context: RequestContext, objectId: ObjectId, reason: string, slotId?: SlotId): Promise<void> {
    for (const credential of await this.#store.usable(objectId, tx)) {
      if (slotId !== undefined && credential.slotId !== slotId) continue
      await this.revoke(tx, context, credential, reason)
    }
  }

  async #move(
    tx: Tx,
    credential: KeyCredential,
    to: KeyCredential['state'],
    change: Omit<Parameters<CredentialsStore['move']>[3], 'state' | 'updated_at'>,
  ): Promise<void> {
    assertMove(credential.state, to)
    const moved = await this.#store.move(tx, credential.id, credential.state, {
      ...change,
      state: to,
      updated_at: this.#clock.now(),
    })
    if (!moved) throw new SignetError('conflict', 'The certificate was changed in the meantime.')
  }

  async #recorded(
    tx: Tx,
    context: RequestContext,
    action: `credential.${'prepared' | 'activated' | 'reinstated' | 'retired' | 'revoked'}`,
    credential: KeyCredential,
    reason?: string,
  ): Promise<void> {
    const thumbprint = thumbprintHex(credential.certificate)
    await this.#audit.append(tx, context, {
      action,
      target: { kind: 'credential', id: credential.id, label: thumbprint },
      ...(reason !== undefined && { reason }),
      after: {
        principalId: credential.principalId,
        thumbprint,
        x5tS256: credential.x5tS256,
        serial: credential.serial,
        notAfter: credential.notAfter,
      },
    })
    await this.#database.changed(tx, { kind: 'slot', id: credential.principalId })
  }
}
