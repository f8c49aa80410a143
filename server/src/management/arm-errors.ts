import { type ErrorCode, errorCatalogue } from '@signet/shared/errors'
import type { SignetError } from '../platform/signet-error.ts'
import { ArmError } from './arm-call.ts'

/** Codes that no act at the resource manager comes to; should one, the status of the catalogue stands. */
const elsewhere = 'InvalidRequest'
const refusedToken = 'InvalidAuthenticationToken'

/** The whole catalogue in the words of the resource manager (wire-protocol §4.2). */
const armCodes = {
  invalid_request: 'InvalidRequestContent',
  unauthenticated: refusedToken,
  forbidden: 'AuthorizationFailed',
  cross_site_request: elsewhere,
  not_found: 'ResourceNotFound',
  method_not_allowed: 'HttpMethodNotSupported',
  conflict: 'Conflict',
  misdirected: elsewhere,
  precondition_failed: 'PreconditionFailed',
  idempotency_key_reused: elsewhere,
  idempotency_key_busy: elsewhere,
  idempotency_answer_lost: elsewhere,
  payload_too_large: 'RequestContentTooLarge',
  unsupported_media_type: 'UnsupportedMediaType',
  too_many_requests: 'TooManyRequests',
  internal: 'InternalServerError',
  unavailable: 'ServerUnavailable',
  sealed: 'ServerUnavailable',
  code_refused: elsewhere,
  step_up_required: elsewhere,
  join_token_refused: elsewhere,
  agent_refused: elsewhere,
  csr_refused: elsewhere,
  key_reused: elsewhere,
  agent_offline: elsewhere,
  metadata_header_missing: elsewhere,
  identity_header_refused: elsewhere,
  forwarded_request: elsewhere,
  identity_not_found: elsewhere,
  identity_paused: elsewhere,
  identity_pending: elsewhere,
  authority_unreachable: elsewhere,
  credential_refused: elsewhere,
  tenant_unknown: elsewhere,
  tenant_malformed: elsewhere,
  authority_host_unknown: elsewhere,
  parameter_missing: elsewhere,
  grant_unsupported: elsewhere,
  scope_malformed: elsewhere,
  scope_not_default: elsewhere,
  scope_ambiguous: elsewhere,
  resource_unknown: elsewhere,
  resource_disabled: elsewhere,
  role_missing: elsewhere,
  client_unknown: elsewhere,
  client_disabled: elsewhere,
  client_authentication_missing: elsewhere,
  client_authentication_ambiguous: elsewhere,
  client_secret_refused: elsewhere,
  client_secret_wrong: elsewhere,
  client_secret_expired: elsewhere,
  assertion_malformed: elsewhere,
  assertion_key_unknown: elsewhere,
  assertion_signature_invalid: elsewhere,
  assertion_expired: elsewhere,
  assertion_audience_wrong: elsewhere,
  assertion_subject_wrong: elsewhere,
  assertion_replayed: elsewhere,
  federation_issuer_unknown: elsewhere,
  federation_audience_unknown: elsewhere,
  federation_subject_unknown: elsewhere,
  federation_subject_case: elsewhere,
  credential_expired: elsewhere,
  credential_revoked: elsewhere,
  purge_protected: 'Conflict',
  secret_backup_refused: elsewhere,
  secret_deleted: elsewhere,
  secret_disabled: elsewhere,
  vault_unknown: 'ResourceNotFound',
  bearer_missing: 'AuthenticationFailed',
  bearer_invalid: refusedToken,
  bearer_expired: 'ExpiredAuthenticationToken',
  bearer_audience_wrong: 'InvalidAuthenticationTokenAudience',
  bearer_issuer_wrong: refusedToken,
  bearer_tenant_wrong: 'InvalidAuthenticationTokenTenant',
  bearer_revoked: refusedToken,
} as const satisfies Record<ErrorCode, string>

export function armErrorOf({ code, detail }: SignetError): ArmError {
  return new ArmError(errorCatalogue[code].status, armCodes[code], detail)
}

/** Parameters in quotes, with comma and blank between them, which is what clients parse (wire-protocol §4.2). */
export function bearerChallenge(
  error: SignetError,
  { authorityUrl, tenantId, claims }: { authorityUrl: string; tenantId: string; claims: string },
): string {
  if (error.code === 'bearer_revoked') {
    const authority = `authorization_uri="${authorityUrl}/common/oauth2/authorize"`
    return `Bearer realm="", ${authority}, error="insufficient_claims", claims="${claims}"`
  }
  const authority = `authorization_uri="${authorityUrl}/${tenantId}"`
  const detail = error.detail.replaceAll(/["\\]|[^\x20-\x7e]/g, '')
  return `Bearer ${authority}, error="invalid_token", error_description="${detail}"`
}
