import type { ErrorCode } from '@signet/shared/errors'
import type { KeyVaultError } from '@signet/shared/wire/key-vault'
import type { SignetError } from '../platform/signet-error.ts'

interface VaultForm {
  readonly status: number
  readonly code: string
  /** Of `innererror`. */
  readonly inner?: string
  /** In place of the detail; or before it, where it ends in a blank. */
  readonly words?: string
}

const bad: VaultForm = { status: 400, code: 'BadParameter' }
const unauthorized: VaultForm = { status: 401, code: 'Unauthorized' }
const worded = (words: string): VaultForm => ({ ...unauthorized, words })
/** People and clients look for the number. */
const tokenMissing = 'AKV10000: Request is missing a Bearer or PoP token.'
const forbidden = (inner: string): VaultForm => ({ status: 403, code: 'Forbidden', inner })
const conflict = (inner?: string): VaultForm => ({ status: 409, code: 'Conflict', ...(inner && { inner }) })
const busy: VaultForm = { status: 503, code: 'ServiceUnavailable' }

/** The whole catalogue in the words of the Key Vault data plane (wire-protocol §5.4). */
const forms = {
  invalid_request: bad,
  parameter_missing: bad,
  payload_too_large: bad,
  unsupported_media_type: { status: 415, code: 'BadParameter' },
  method_not_allowed: { status: 405, code: 'MethodNotAllowed' },
  not_found: { status: 404, code: 'SecretNotFound' },
  vault_unknown: { status: 404, code: 'VaultNotFound' },
  secret_backup_refused: bad,
  bearer_missing: worded(tokenMissing),
  bearer_invalid: unauthorized,
  bearer_expired: unauthorized,
  bearer_audience_wrong: worded('AKV10022: Invalid audience. '),
  bearer_issuer_wrong: worded('AKV10032: Invalid issuer. '),
  bearer_tenant_wrong: worded('AKV10032: Invalid issuer. '),
  bearer_revoked: unauthorized,
  unauthenticated: worded(tokenMissing),
  forbidden: forbidden('ForbiddenByRbac'),
  secret_disabled: forbidden('SecretDisabled'),
  purge_protected: forbidden('ForbiddenByPolicy'),
  secret_deleted: conflict('ObjectIsDeletedButRecoverable'),
  conflict: conflict(),
  precondition_failed: { status: 412, code: 'PreconditionFailed' },
  too_many_requests: { status: 429, code: 'Throttled' },
  unavailable: busy,
  sealed: busy,
  internal: { status: 500, code: 'InternalServerError' },
  // codes of other surfaces, which this one never has a reason to answer
  authority_unreachable: busy,
  cross_site_request: bad,
  misdirected: bad,
  idempotency_key_reused: bad,
  idempotency_key_busy: bad,
  idempotency_answer_lost: bad,
  code_refused: bad,
  step_up_required: bad,
  join_token_refused: bad,
  agent_refused: bad,
  csr_refused: bad,
  key_reused: bad,
  agent_offline: bad,
  metadata_header_missing: bad,
  identity_header_refused: bad,
  forwarded_request: bad,
  identity_not_found: bad,
  identity_paused: bad,
  identity_pending: bad,
  credential_refused: bad,
  tenant_unknown: bad,
  tenant_malformed: bad,
  authority_host_unknown: bad,
  grant_unsupported: bad,
  scope_malformed: bad,
  scope_not_default: bad,
  scope_ambiguous: bad,
  resource_unknown: bad,
  resource_disabled: bad,
  role_missing: bad,
  client_unknown: bad,
  client_disabled: bad,
  client_authentication_missing: bad,
  client_authentication_ambiguous: bad,
  client_secret_refused: bad,
  client_secret_wrong: bad,
  client_secret_expired: bad,
  assertion_malformed: bad,
  assertion_key_unknown: bad,
  assertion_signature_invalid: bad,
  assertion_expired: bad,
  assertion_audience_wrong: bad,
  assertion_subject_wrong: bad,
  assertion_replayed: bad,
  federation_issuer_unknown: bad,
  federation_audience_unknown: bad,
  federation_subject_unknown: bad,
  federation_subject_case: bad,
  credential_expired: bad,
  credential_revoked: bad,
} satisfies Record<ErrorCode, VaultForm>

/** The answer to a refused request: a status, and a body that is always an object. */
export function vaultError(error: SignetError): { status: number; body: KeyVaultError } {
  const { status, code, inner, words = ' ' }: VaultForm = forms[error.code]
  const message = words.endsWith(' ') ? `${words}${error.detail}`.trimStart() : words
  return { status, body: { error: { code, message, ...(inner && { innererror: { code: inner } }) } } }
}
