import type { ErrorCode } from '@signet/shared/errors'
import type { TokenError } from '@signet/shared/wire/oauth'
import type { SignetError } from '../platform/signet-error.ts'

interface OAuthForm {
  readonly status: number
  readonly error: string
  /** AADSTS number. */
  readonly number: number
}

const form = (status: number, error: string, number: number): OAuthForm => ({ status, error, number })
const badRequest = form(400, 'invalid_request', 900144)
const serverError = form(500, 'server_error', 90024)
const elsewhere = form(400, 'invalid_request', 9000410)

/** The whole catalogue in the words of the token endpoint (wire-protocol §3.7). */
const forms = {
  invalid_request: form(400, 'invalid_request', 9000410),
  parameter_missing: badRequest,
  payload_too_large: form(413, 'invalid_request', 9000410),
  unsupported_media_type: form(415, 'invalid_request', 9000410),
  method_not_allowed: form(405, 'invalid_request', 900561),
  not_found: form(404, 'invalid_request', 900046),
  tenant_unknown: form(400, 'invalid_request', 90002),
  tenant_malformed: form(400, 'invalid_request', 900023),
  authority_host_unknown: form(400, 'invalid_instance', 50049),
  grant_unsupported: form(400, 'unsupported_grant_type', 70003),
  scope_malformed: form(400, 'invalid_scope', 70011),
  scope_not_default: form(400, 'invalid_scope', 1002012),
  scope_ambiguous: form(400, 'invalid_scope', 28002),
  resource_unknown: form(400, 'invalid_resource', 500011),
  resource_disabled: form(400, 'invalid_resource', 50001),
  role_missing: form(400, 'invalid_grant', 501051),
  client_unknown: form(400, 'unauthorized_client', 700016),
  client_disabled: form(401, 'unauthorized_client', 7000112),
  client_authentication_missing: form(401, 'invalid_client', 7000218),
  client_authentication_ambiguous: form(400, 'invalid_request', 7000218),
  client_secret_refused: form(401, 'invalid_client', 7000232),
  client_secret_wrong: form(401, 'invalid_client', 7000215),
  client_secret_expired: form(401, 'invalid_client', 7000222),
  assertion_malformed: form(400, 'invalid_request', 50027),
  assertion_key_unknown: form(401, 'invalid_client', 700027),
  assertion_signature_invalid: form(401, 'invalid_client', 700027),
  assertion_expired: form(401, 'invalid_client', 700024),
  assertion_audience_wrong: form(401, 'invalid_client', 700023),
  assertion_subject_wrong: form(401, 'invalid_client', 700021),
  assertion_replayed: form(401, 'invalid_client', 700027),
  federation_issuer_unknown: form(401, 'invalid_client', 700211),
  federation_audience_unknown: form(401, 'invalid_client', 700212),
  federation_subject_unknown: form(401, 'invalid_client', 700213),
  federation_subject_case: form(401, 'invalid_client', 7002138),
  credential_expired: form(401, 'invalid_client', 1000502),
  credential_revoked: form(401, 'invalid_client', 7000214),
  too_many_requests: form(429, 'temporarily_unavailable', 50196),
  unavailable: form(503, 'temporarily_unavailable', 90033),
  sealed: form(503, 'temporarily_unavailable', 90033),
  authority_unreachable: form(503, 'temporarily_unavailable', 90033),
  internal: serverError,
  // codes of other surfaces, which this one never has a reason to answer
  unauthenticated: elsewhere,
  forbidden: elsewhere,
  cross_site_request: elsewhere,
  conflict: elsewhere,
  misdirected: elsewhere,
  precondition_failed: elsewhere,
  idempotency_key_reused: elsewhere,
  idempotency_key_busy: elsewhere,
  idempotency_answer_lost: elsewhere,
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
  credential_refused: elsewhere,
  bearer_missing: elsewhere,
  bearer_invalid: elsewhere,
  bearer_expired: elsewhere,
  bearer_audience_wrong: elsewhere,
  bearer_issuer_wrong: elsewhere,
  bearer_tenant_wrong: elsewhere,
  bearer_revoked: elsewhere,
  vault_unknown: elsewhere,
  secret_disabled: elsewhere,
  secret_deleted: elsewhere,
  purge_protected: elsewhere,
  secret_backup_refused: elsewhere,
} satisfies Record<ErrorCode, OAuthForm>

/** The number that a refusal has in the answer. */
export function aadstsNumberOf(code: ErrorCode): number {
  return forms[code].number
}

/** What a tenant that is not there is called where a document was asked for, and not a token (wire-protocol §3.1). */
const invalidTenant = 'invalid_tenant'

/** The answer to a refused request. `error_description` begins with the AADSTS number, which clients look for. */
export function oauthError(
  error: SignetError,
  request: { traceId: string; correlationId: string; authorityUrl: string; nowMs: number; isDocument?: boolean },
): { status: number; body: TokenError } {
  const { status, error: usual, number } = forms[error.code]
  const word = request.isDocument === true && error.code === 'tenant_unknown' ? invalidTenant : usual
  const timestamp = `${new Date(request.nowMs).toISOString().slice(0, 19).replace('T', ' ')}Z`
  const trailer = `Trace ID: ${request.traceId}\r\nCorrelation ID: ${request.correlationId}\r\nTimestamp: ${timestamp}`
  return {
    status,
    body: {
      error: word,
      error_description: `AADSTS${number}: ${error.detail}\r\n${trailer}`,
      error_codes: [number],
      timestamp,
      trace_id: request.traceId,
      correlation_id: request.correlationId,
      error_uri: `${request.authorityUrl}/error?code=${number}`,
    },
  }
}
