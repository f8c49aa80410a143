import type { KeyAlgorithm } from '@signet/shared/vocabulary/credential-states'
import { type ObjectId, type RunId, type SlotId, ThumbprintS256 } from '@signet/shared/vocabulary/identifiers'
import type { CertificateFacts } from '../platform/crypto/certificate.ts'
import type { CredentialsTable } from '../platform/database/principal-tables.ts'

/** What a rotation brings: a certificate that was issued for a key on the instance. */
export interface PreparedCredential {
  readonly slotId: SlotId
  readonly runId: RunId
  readonly principalId: ObjectId
  readonly authorityId: string
  readonly keyAlgorithm: KeyAlgorithm
  readonly facts: CertificateFacts
}

/** Its row: accepted from now on, and used by nobody yet. */
export function preparedRow(
  prepared: PreparedCredential,
  { id, tenantId, now }: { id: string; tenantId: string; now: number },
): CredentialsTable {
  const { facts } = prepared
  return {
    id,
    tenant_id: tenantId,
    slot_id: prepared.slotId,
    principal_id: prepared.principalId,
    serial: facts.serial,
    x5t: facts.x5t,
    x5t_s256: ThumbprintS256.parse(facts.x5tS256),
    spki_s256: facts.spkiS256,
    cert_der: facts.der,
    key_alg: prepared.keyAlgorithm,
    key_location: 'agent',
    ca_id: prepared.authorityId,
    long_assertions: 0,
    not_before: facts.notBefore,
    not_after: facts.notAfter,
    usable_until: null,
    state: 'prepared',
    run_id: prepared.runId,
    activated_at: null,
    revoked_at: null,
    first_used_at: null,
    last_used_at: null,
    version: 1,
    created_at: now,
    updated_at: now,
  }
}
