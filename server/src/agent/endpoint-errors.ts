import type { ErrorCode } from '@signet/shared/errors'
import type { AppServiceError, ImdsError, NestedError } from '@signet/shared/wire/managed-identity'
import type { SignetError } from '../platform/signet-error.ts'

interface ImdsForm {
  readonly status: number
  readonly error: string
}

const invalid: ImdsForm = { status: 400, error: 'invalid_request' }
const resource: ImdsForm = { status: 400, error: 'invalid_resource' }
const refused: ImdsForm = { status: 500, error: 'unknown' }
const passing: ImdsForm = { status: 503, error: 'server_error' }

/**
 * The catalogue as IMDS answers it (wire-protocol §2.2.2). Never 401 or 403, which SDKs take for "not available"; 404
 * and 5xx only where trying again can help, because SDKs do.
 */
const imdsForms = {
  invalid_request: invalid,
  unauthenticated: invalid,
  forbidden: invalid,
  cross_site_request: invalid,
  not_found: { status: 404, error: 'not_found' },
  method_not_allowed: { status: 405, error: 'invalid_request' },
  conflict: invalid,
  misdirected: invalid,
  precondition_failed: invalid,
  idempotency_key_reused: invalid,
  idempotency_key_busy: invalid,
  idempotency_answer_lost: invalid,
  payload_too_large: invalid,
  unsupported_media_type: invalid,
  too_many_requests: { status: 429, error: 'too_many_requests' },
  internal: refused,
  unavailable: passing,
  sealed: passing,
  code_refused: invalid,
  step_up_required: invalid,
  join_token_refused: refused,
  agent_refused: refused,
  csr_refused: refused,
  key_reused: refused,
  agent_offline: passing,
  metadata_header_missing: invalid,
  identity_header_refused: invalid,
  forwarded_request: invalid,
  identity_not_found: invalid,
  identity_paused: invalid,
  identity_pending: { status: 404, error: 'invalid_request' },
  authority_unreachable: passing,
  credential_refused: refused,
  tenant_unknown: refused,
  tenant_malformed: refused,
  authority_host_unknown: refused,
  parameter_missing: invalid,
  grant_unsupported: refused,
  scope_malformed: resource,
  scope_not_default: resource,
  scope_ambiguous: resource,
  resource_unknown: resource,
  resource_disabled: resource,
  role_missing: resource,
  client_unknown: refused,
  client_disabled: refused,
  client_authentication_missing: refused,
  client_authentication_ambiguous: refused,
  client_secret_refused: refused,
  client_secret_wrong: refused,
  client_secret_expired: refused,
  assertion_malformed: refused,
  assertion_key_unknown: refused,
  assertion_signature_invalid: refused,
  assertion_expired: refused,
  assertion_audience_wrong: refused,
  assertion_subject_wrong: refused,
  assertion_replayed: refused,
  federation_issuer_unknown: refused,
  federation_audience_unknown: refused,
  federation_subject_unknown: refused,
  federation_subject_case: refused,
  credential_expired: refused,
  credential_revoked: refused,
  bearer_missing: refused,
  bearer_invalid: refused,
  bearer_expired: refused,
  bearer_audience_wrong: refused,
  bearer_issuer_wrong: refused,
  bearer_tenant_wrong: refused,
  bearer_revoked: refused,
  vault_unknown: refused,
  secret_disabled: refused,
  secret_deleted: refused,
  purge_protected: refused,
  secret_backup_refused: refused,
} as const satisfies Record<ErrorCode, ImdsForm>

/** As IMDS, but for the guard header, which this dialect answers with 401. */
const appServiceStatus = {
  ...statusesOf(imdsForms),
  unauthenticated: 401,
  identity_header_refused: 401,
} as const satisfies Record<ErrorCode, number>

/** A refusal as a dialect words it. */
export interface EndpointError<Body> {
  readonly status: number
  readonly body: Body
  readonly headers: Readonly<Record<string, string>>
}

export function imdsErrorOf(error: SignetError): EndpointError<ImdsError> {
  const { status, error: name } = imdsForms[error.code]
  return { status, body: { error: name, error_description: error.detail }, headers: headersOf(error, status) }
}

export function appServiceErrorOf(error: SignetError, correlationId: string): EndpointError<AppServiceError> {
  const statusCode = appServiceStatus[error.code]
  const message = error.code === 'identity_not_found' ? 'Unable to load requested managed identity.' : error.detail
  return { status: statusCode, body: { statusCode, message, correlationId }, headers: headersOf(error, statusCode) }
}

/** As IMDS, but nested; the header is missed by the number that the VM extension gave it. */
export function cloudShellErrorOf(error: SignetError): EndpointError<NestedError> {
  const { status, error: name } = imdsForms[error.code]
  const code = error.code === 'metadata_header_missing' ? 'bad_request_102' : name
  const headers = status === 405 ? { Allow: 'GET, POST' } : headersOf(error, status)
  return { status, body: { error: { code, message: error.detail } }, headers }
}

/** Where Service Fabric has a code of its own (wire-protocol §2.9); elsewhere that of IMDS stands. */
const serviceFabricCodes: Partial<Record<ErrorCode, string>> = {
  identity_header_refused: 'SecretHeaderNotFound',
  unauthenticated: 'SecretHeaderNotFound',
  identity_not_found: 'ManagedIdentityNotFound',
  parameter_missing: 'ArgumentNullOrEmpty',
  internal: 'InternalServerError',
}

export function serviceFabricErrorOf(error: SignetError, correlationId: string): EndpointError<NestedError> {
  const status = appServiceStatus[error.code]
  const code = serviceFabricCodes[error.code] ?? imdsForms[error.code].error
  return {
    status,
    body: { error: { correlationId, code, message: error.detail } },
    headers: headersOf(error, status),
  }
}

/** As IMDS, but for the secret of a challenge file, which this dialect answers with 401 and a new one. */
export function arcErrorOf(error: SignetError, challenge: string | undefined): EndpointError<ImdsError> {
  if (challenge === undefined) return imdsErrorOf(error)
  const body = { error: 'unauthorized', error_description: error.detail }
  return { status: 401, body, headers: { 'WWW-Authenticate': challenge } }
}

/** SDKs retry 429 and 503 only when they are told when (wire-protocol rule 8). */
function headersOf(error: SignetError, status: number): Record<string, string> {
  if (status === 405) return { Allow: 'GET' }
  if (status === 429 || status === 503) return { 'Retry-After': String(error.retryAfterSeconds ?? 2) }
  return {}
}

function statusesOf<Code extends string>(forms: Record<Code, ImdsForm>): Record<Code, number> {
  const entries = Object.entries<ImdsForm>(forms).map(([code, form]) => [code, form.status])
  return Object.fromEntries(entries) as Record<Code, number>
}
