import { X509Certificate } from 'node:crypto'
import type { RegisteredCertificate } from '@signet/shared/api/applications'
import { CredentialId } from '@signet/shared/vocabulary/identifiers'
import type { AuditLog } from '../audit/index.ts'
import type { Clock } from '../platform/clock.ts'
import { thumbprintHex } from '../platform/crypto/thumbprint.ts'
import type { Database } from '../platform/database/database.ts'
import { SequentialIds } from '../platform/identifiers.ts'
import type { RequestContext } from '../platform/request-context.ts'
import { SignetError } from '../platform/signet-error.ts'
import type { Tx } from '../platform/transaction.ts'
import { requireVersion } from '../platform/versions.ts'
import { credentialRow } from './credential-row.ts'
import { CredentialsStore } from './credentials-store.ts'
import type { KeyCredential } from './key-credential.ts'
import type { Principal } from './principal.ts'
import type { PrincipalRegistry } from './registry.ts'
import { readUploadedCertificate } from './uploaded-certificate.ts'

const mostCertificates = 20

interface CertificateParts {
  readonly registry: PrincipalRegistry
  readonly database: Database
  readonly audit: AuditLog
  readonly clock: Clock
  readonly tenantId: string
}

/** Certificates that operators registered for applications. Their keys are outside Signet, and nothing rolls them. */
export class RegisteredCertificates {
  readonly #store: CredentialsStore
  readonly #parts: CertificateParts
  readonly #ids: SequentialIds

  constructor(parts: CertificateParts) {
    this.#store = new CredentialsStore(parts.database)
    this.#parts = parts
    this.#ids = new SequentialIds(parts.clock)
  }

  /** Those that were not removed, newest first. */
  async of(principalId: string): Promise<RegisteredCertificate[]> {
    return (await this.#live(principalId)).map(toRegistered)
  }

  /**
   * Accepts a certificate from now on. Its key belongs to the application for ever (SEC-38).
   *
   * @throws SignetError `invalid_request` | `conflict` | `key_reused`
   */
  async add(
    tx: Tx,
    context: RequestContext,
    principal: Principal,
    wanted: { certificate: string; longAssertions: boolean },
  ): Promise<RegisteredCertificate> {
    const { registry, clock, tenantId } = this.#parts
    const { objectId } = principal
    const now = clock.now()
    const facts = readUploadedCertificate(wanted.certificate, now)
    if ((await this.#live(objectId, tx)).length >= mostCertificates) {
      throw new SignetError('conflict', `An application has at most ${mostCertificates} certificates.`, {
        fix: 'Remove one that is not used any more.',
      })
    }
    await registry.credentials.claimKey(tx, { spkiS256: facts.spkiS256, ownerKind: 'application', ownerId: objectId })
    const id = CredentialId.parse(this.#ids.next())
    const { actor } = context
    const row = credentialRow({
      id,
      tenantId,
      principal,
      facts,
      keyAlgorithm: facts.key,
      issuedBy: null,
      actor,
      at: now,
    })
    const isNew = await this.#store.insertNew(tx, {
      ...row,
      long_assertions: wanted.longAssertions ? 1 : 0,
    })
    if (!isNew) {
      throw new SignetError('conflict', 'This certificate is registered, or was and has been removed.', {
        fix: 'Look for its thumbprint, or register another certificate.',
      })
    }
    const credential = await registry.credentials.require(id, tx)
    await this.#record(tx, context, credential, 'credential.registered')
    return toRegistered(credential)
  }

  /** @throws SignetError `not_found` | `precondition_failed` */
  async change(
    tx: Tx,
    context: RequestContext,
    { objectId }: Principal,
    wanted: { id: CredentialId; longAssertions: boolean; expected?: number | undefined },
  ): Promise<RegisteredCertificate> {
    const credential = await this.#require(tx, objectId, wanted)
    if (credential.longAssertions === wanted.longAssertions) return toRegistered(credential)
    const change = { long_assertions: wanted.longAssertions ? 1 : 0, updated_at: this.#parts.clock.now() } as const
    if (!(await this.#store.setLongAssertions(tx, credential, change))) {
      throw new SignetError('conflict', 'The certificate was changed in the meantime.')
    }
    const changed = await this.#parts.registry.credentials.require(wanted.id, tx)
    await this.#record(tx, context, changed, 'credential.changed')
    return toRegistered(changed)
  }

  /** Refused from the commit on. @throws SignetError `not_found` | `precondition_failed` */
  async remove(
    tx: Tx,
    context: RequestContext,
    { objectId }: Principal,
    wanted: { id: CredentialId; reason?: string | undefined; expected?: number | undefined },
  ): Promise<void> {
    const credential = await this.#require(tx, objectId, wanted)
    await this.#parts.registry.credentials.revoke(tx, context, credential, wanted.reason || 'removed')
  }

  async #live(principalId: string, tx?: Tx): Promise<KeyCredential[]> {
    const usable = await this.#store.usable(principalId, tx)
    return usable.filter(({ keyLocation }) => keyLocation === 'external').reverse()
  }

  async #require(
    tx: Tx,
    principalId: string,
    wanted: { id: CredentialId; expected?: number | undefined },
  ): Promise<KeyCredential> {
    const credential = (await this.#live(principalId, tx)).find(({ id }) => id === wanted.id)
    if (!credential) throw new SignetError('not_found', 'The application has no such certificate.')
    requireVersion(wanted.expected, credential.version)
    return credential
  }

  async #record(
    tx: Tx,
    context: RequestContext,
    credential: KeyCredential,
    action: 'credential.registered' | 'credential.changed',
  ): Promise<void> {
    const { principalId, serial, x5tS256, notAfter, longAssertions } = credential
    const thumbprint = thumbprintHex(credential.certificate)
    await this.#parts.audit.append(tx, context, {
      action,
      target: { kind: 'credential', id: credential.id, label: thumbprint },
      after: { principalId, thumbprint, x5tS256, serial, notAfter, longAssertions },
    })
    await this.#parts.database.changed(tx, { kind: 'principal', id: principalId })
  }
}

function toRegistered(credential: KeyCredential): RegisteredCertificate {
  return {
    id: credential.id,
    subject: new X509Certificate(credential.certificate).subject,
    serial: credential.serial,
    thumbprint: thumbprintHex(credential.certificate),
    x5tS256: credential.x5tS256,
    keyAlgorithm: credential.keyAlgorithm,
    notBefore: credential.notBefore,
    notAfter: credential.notAfter,
    longAssertions: credential.longAssertions,
    firstUsedAt: credential.firstUsedAt,
    lastUsedAt: credential.lastUsedAt,
    registeredAt: credential.issuedAt,
    version: credential.version,
  }
}
