import type { CertificateSort, CredentialRecord } from '@signet/shared/api/evidence'
import { certificateFields } from '@signet/shared/query/certificate-fields'
import type { AuditLog } from '../audit/index.ts'
import type { Clock } from '../platform/clock.ts'
import { type ExportColumns, exportedTime } from '../platform/export-file.ts'
import { everyRow, type ListExports, listExports } from '../platform/list-exports.ts'
import { requireTerms } from '../platform/query-text.ts'
import type { Evidence } from './evidence.ts'

/** Certificates of all identities as a file, with all that is on record of each. */
export function certificateExports(parts: {
  evidence: Evidence
  audit: AuditLog
  clock: Clock
}): ListExports<CertificateSort> {
  const { evidence, audit, clock } = parts
  return listExports<CredentialRecord, CertificateSort>({
    name: 'certificates',
    action: 'credentials.exported',
    columns,
    check: (filter) => requireTerms(filter, certificateFields),
    each: (query) => everyRow((at) => evidence.page({ ...query, ...at })),
    named: (ids, sort) => everyRow((at) => evidence.named(ids, { ...at, sort })),
    audit,
    clock,
  })
}

const columns: ExportColumns<CredentialRecord> = [
  ['id', (row) => row.id],
  ['principal_id', (row) => row.principalId],
  ['principal', (row) => row.principalName],
  ['instance_id', (row) => row.instance?.id ?? null],
  ['instance', (row) => row.instance?.name ?? null],
  ['state', (row) => row.state],
  ['serial', (row) => row.serial],
  ['thumbprint', (row) => row.thumbprint],
  ['thumbprint_sha256', (row) => row.x5tS256],
  ['key_algorithm', (row) => row.keyAlgorithm],
  ['key_location', (row) => row.keyLocation],
  ['ca_id', (row) => row.issuer?.id ?? null],
  ['ca_subject', (row) => row.issuer?.subject ?? null],
  ['ca_serial', (row) => row.issuer?.serial ?? null],
  ['ca_thumbprint', (row) => row.issuer?.thumbprint ?? null],
  ['not_before', (row) => exportedTime(row.notBefore)],
  ['not_after', (row) => exportedTime(row.notAfter)],
  ['issued', (row) => exportedTime(row.issuedAt)],
  ['delivered', (row) => exportedTime(row.deliveredAt)],
  ['acknowledged', (row) => exportedTime(row.acknowledgement?.at)],
  ['acknowledged_by_id', (row) => row.acknowledgement?.agentId ?? null],
  ['acknowledged_by', (row) => row.acknowledgement?.agentName ?? null],
  ['acknowledged_by_version', (row) => row.acknowledgement?.agentVersion ?? null],
  ['activated', (row) => exportedTime(row.activatedAt)],
  ['first_use', (row) => exportedTime(row.firstUsedAt)],
  ['last_use', (row) => exportedTime(row.lastUsedAt)],
  ['superseded', (row) => exportedTime(row.supersededAt)],
  ['accepted_until', (row) => exportedTime(row.usableUntil)],
  ['retired', (row) => exportedTime(row.retiredAt)],
  ['revoked', (row) => exportedTime(row.revokedAt)],
  ['revoke_reason', (row) => row.revokeReason],
  ['cause', (row) => row.cause],
  ['actor_kind', (row) => row.actor.kind],
  ['actor_id', (row) => row.actor.id],
  ['actor', (row) => row.actor.label],
  ['rotation_id', (row) => row.run?.id ?? null],
  ['rotation_state', (row) => row.run?.state ?? null],
  ['rotation_attempts', (row) => row.run?.attempts ?? null],
  ['rotation_error', (row) => row.run?.errorCode ?? null],
]
