import { z } from 'zod'

/**
 * The closed catalogue of everything that can go wrong, read by every surface.
 *
 * `status` is the dashboard's HTTP status (a foreign surface may map a code to its own), `fault` says who has to act
 * (the caller, the operator of this deployment, or Signet itself), `retryable` whether the same request can succeed
 * later without anybody changing anything.
 */
const caller = (status: number, title: string) => ({ status, fault: 'caller', retryable: false, title }) as const
const operator = (status: number, title: string) => ({ status, fault: 'operator', retryable: false, title }) as const
const passing = (status: number, title: string) => ({ status, fault: 'signet', retryable: true, title }) as const

export const errorCatalogue = {
  // any surface
  invalid_request: caller(400, 'The request is malformed'),
  unauthenticated: caller(401, 'Sign in first'),
  forbidden: caller(403, 'Your role does not allow this'),
  cross_site_request: caller(403, 'The request did not come from this dashboard'),
  not_found: caller(404, 'There is no such thing here'),
  method_not_allowed: caller(405, 'This address does not take that method'),
  conflict: caller(409, 'The current state does not allow this'),
  misdirected: caller(421, 'No service of this server has the name that was asked for'),
  precondition_failed: caller(412, 'It was changed in the meantime'),
  idempotency_key_reused: caller(422, 'The idempotency key belongs to another request'),
  idempotency_key_busy: passing(409, 'The same request is still under way'),
  idempotency_answer_lost: caller(409, 'The request was carried out already'),
  payload_too_large: caller(413, 'The request is too large'),
  unsupported_media_type: caller(415, 'The content type is not supported'),
  too_many_requests: passing(429, 'Too many requests'),
  internal: { status: 500, fault: 'signet', retryable: true, title: 'Something went wrong on the server' },
  unavailable: passing(503, 'The server cannot do this at the moment'),
  sealed: { status: 503, fault: 'operator', retryable: true, title: 'The server is sealed' },

  // operators
  code_refused: caller(401, 'The code is wrong, spent or expired'),
  step_up_required: caller(403, 'Confirm that it is you'),

  // enrollment
  join_token_refused: caller(401, 'The join token is wrong, spent or expired'),
  agent_refused: caller(401, 'The agent is not known, or was revoked'),
  csr_refused: caller(400, 'The certificate request is not acceptable'),
  key_reused: caller(409, 'The public key belongs to another instance'),
  agent_offline: operator(409, 'The agent of this instance is not connected'),

  // local identity endpoints
  metadata_header_missing: caller(400, 'Required metadata header not specified'),
  identity_header_refused: caller(401, 'The identity header is missing or wrong'),
  forwarded_request: caller(400, 'Forwarded requests are refused'),
  identity_not_found: operator(400, 'Identity not found'),
  identity_paused: operator(400, 'Identity paused'),
  identity_pending: passing(404, 'The identity is on its way'),
  authority_unreachable: passing(503, 'The authority cannot be reached'),
  credential_refused: operator(500, 'The authority refused the credential of this instance'),

  // authority
  tenant_unknown: caller(400, 'Tenant not found'),
  tenant_malformed: caller(400, 'The tenant is neither a GUID nor a domain name'),
  authority_host_unknown: caller(400, 'The authority host is not known'),
  parameter_missing: caller(400, 'A required parameter is missing'),
  grant_unsupported: caller(400, 'The grant type is not supported'),
  scope_malformed: caller(400, 'The scope is malformed'),
  scope_not_default: caller(400, 'The scope must be a resource followed by /.default'),
  scope_ambiguous: caller(400, 'The scope names more than one resource'),
  resource_unknown: operator(400, 'The resource is not registered'),
  resource_disabled: operator(400, 'The resource is disabled'),
  role_missing: operator(400, 'The resource wants an app role that the client does not have'),
  client_unknown: caller(400, 'The client is not known in this tenant'),
  client_disabled: operator(401, 'The client is disabled'),
  client_authentication_missing: caller(401, 'The request carries no client assertion'),
  client_authentication_ambiguous: caller(400, 'The request carries more than one client authentication'),
  client_secret_refused: caller(401, 'A managed identity cannot use a client secret'),
  client_secret_wrong: caller(401, 'The client secret is wrong'),
  client_secret_expired: operator(401, 'The client secret has expired'),
  assertion_malformed: caller(400, 'The client assertion is not a JWT'),
  assertion_key_unknown: caller(401, 'The client assertion names a certificate that is not registered'),
  assertion_signature_invalid: caller(401, 'The signature of the client assertion is wrong'),
  assertion_expired: caller(401, 'The client assertion is not within its valid time range'),
  assertion_audience_wrong: caller(401, 'The client assertion is meant for someone else'),
  assertion_subject_wrong: caller(401, 'The client assertion speaks for another client'),
  assertion_replayed: caller(401, 'The client assertion was used before'),
  federation_issuer_unknown: operator(401, 'No federated credential trusts this issuer'),
  federation_audience_unknown: operator(401, 'No federated credential trusts this audience'),
  federation_subject_unknown: operator(401, 'No federated credential trusts this subject'),
  federation_subject_case: operator(401, 'The subject differs from that of a federated credential in case only'),
  credential_expired: operator(401, 'The certificate of the client is outside its validity'),
  credential_revoked: operator(401, 'The certificate of the client was revoked'),

  // services that trust the authority
  bearer_missing: caller(401, 'The request carries no token'),
  bearer_invalid: caller(401, 'The token is not one of this authority'),
  bearer_expired: caller(401, 'The token is not within its valid time range'),
  bearer_audience_wrong: caller(401, 'The token is meant for another service'),
  bearer_issuer_wrong: caller(401, 'The token is of another issuer'),
  bearer_tenant_wrong: caller(401, 'The token is of another tenant'),
  bearer_revoked: operator(401, 'The token was revoked'),

  // vault
  vault_unknown: caller(404, 'There is no such vault'),
  secret_disabled: operator(403, 'This version of the secret is disabled'),
  secret_deleted: caller(409, 'The secret is deleted and can be recovered'),
  purge_protected: caller(403, 'The vault is protected against purging'),
  secret_backup_refused: caller(400, 'The backup was changed, or is of another vault or deployment'),
} as const satisfies Record<
  string,
  { status: number; fault: 'caller' | 'operator' | 'signet'; retryable: boolean; title: string }
>

export type ErrorCode = keyof typeof errorCatalogue

export const ErrorCode = z.enum(Object.keys(errorCatalogue) as [ErrorCode, ...ErrorCode[]])

/** RFC 9457 problem document of the admin API; `fix` is one sentence that says what to do next. */
export const Problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: ErrorCode,
  requestId: z.string(),
  fix: z.string().optional(),
  /** Of a filter that cannot be read: every place, as UTF-16 offsets, and what was probably meant there. */
  faults: z
    .array(z.object({ from: z.int(), to: z.int(), message: z.string(), suggestion: z.string().optional() }))
    .optional(),
})
export type Problem = z.infer<typeof Problem>
