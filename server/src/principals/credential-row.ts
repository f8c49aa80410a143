import type { RunTrigger } from '@signet/shared/vocabulary/credential-states'
import type { CredentialId, ObjectId, RunId, SlotId } from '@signet/shared/vocabulary/identifiers'
import { ThumbprintS256 } from '@signet/shared/vocabulary/identifiers'
import type { CertificateFacts } from '../platform/crypto/certificate.ts'
import type { CredentialsTable } from '../platform/database/principal-tables.ts'
import type { RequestContext } from '../platform/request-context.ts'

/** What brought a credential that Signet issued. */
export interface IssuedBy {
  readonly slotId: SlotId
  readonly runId: RunId
  readonly authorityId: string
  /** Why, as the run has it. */
  readonly cause: RunTrigger
  /** The instance whose agent asked for it, as it is called now. */
  readonly instance: { readonly id: string; readonly name: string } | undefined
}

interface CredentialOrigin {
  readonly id: CredentialId
  readonly tenantId: string
  readonly principal: { readonly objectId: ObjectId; readonly displayName: string }
  readonly facts: CertificateFacts
  readonly keyAlgorithm: CredentialsTable['key_alg']
  /** Null for one that an operator registered. */
  readonly issuedBy: IssuedBy | null
  /** At whose wish. */
  readonly actor: RequestContext['actor']
  /** Epoch milliseconds. */
  readonly at: number
}

/**
 * The row of a credential as it begins: one that was issued is prepared, one that an operator registered is accepted at
 * once. Where it came from is never changed after this; the database refuses it.
 */
export function credentialRow(origin: CredentialOrigin): CredentialsTable {
  const { facts, principal, issuedBy, actor, at } = origin
  return {
    id: origin.id,
    tenant_id: origin.tenantId,
    slot_id: issuedBy?.slotId ?? null,
    principal_id: principal.objectId,
    serial: facts.serial,
    x5t: facts.x5t,
    x5t_s256: ThumbprintS256.parse(facts.x5tS256),
    spki_s256: facts.spkiS256,
    cert_der: facts.der,
    key_alg: origin.keyAlgorithm,
    key_location: issuedBy ? 'agent' : 'external',
    ca_id: issuedBy?.authorityId ?? null,
    long_assertions: 0,
    not_before: facts.notBefore,
    not_after: facts.notAfter,
    state: issuedBy ? 'prepared' : 'active',
    run_id: issuedBy?.runId ?? null,
    ...nothingYet,
    activated_at: issuedBy ? null : at,
    principal_name: principal.displayName,
    instance_id: issuedBy?.instance?.id ?? null,
    instance_name: issuedBy?.instance?.name ?? null,
    cause: issuedBy?.cause ?? null,
    actor_kind: actor.kind,
    actor_id: actor.id,
    actor_label: actor.label,
    version: 1,
    created_at: at,
    updated_at: at,
  }
}

const nothingYet = {
  usable_until: null,
  delivered_at: null,
  acknowledged_at: null,
  ack_agent_id: null,
  ack_agent_name: null,
  ack_agent_version: null,
  activated_at: null,
  superseded_at: null,
  retired_at: null,
  revoked_at: null,
  revoke_reason: null,
  first_used_at: null,
  last_used_at: null,
} as const
