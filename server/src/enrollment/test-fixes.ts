import type { TestFix, TestFixCode } from '@signet/shared/api/token-tests'
import type { ErrorCode } from '@signet/shared/errors'
import type { IdentityState } from '@signet/shared/vocabulary/credential-states'

/** What the server knows of the instance when a test has failed. */
export interface FailureContext {
  readonly testId: string
  readonly resource: string
  readonly hasSelector: boolean
  readonly instance: { readonly id: string; readonly name: string; readonly hasAgent: boolean }
  readonly identityState: IdentityState
  /** Null when the instance has never had one. */
  readonly principal: {
    readonly id: string
    readonly state: 'enabled' | 'suspended' | 'deleted'
    /** Name of a user-assigned identity; null for that of the instance itself. */
    readonly userAssigned: string | null
  } | null
}

/** `identity` and `agent` are looked at more closely, because one code stands for several states. */
type Rule = TestFixCode | 'identity' | 'agent'

/** What mends each failure that a test can end with, whoever noticed it. */
const rules = {
  // the request itself
  invalid_request: 'correct_request',
  payload_too_large: 'correct_request',
  scope_malformed: 'correct_request',
  scope_not_default: 'correct_request',
  scope_ambiguous: 'correct_request',
  resource_unknown: 'register_audience',
  resource_disabled: 'register_audience',
  role_missing: 'assign_role',

  // the identity
  identity_not_found: 'identity',
  client_disabled: 'identity',
  identity_paused: 'identity',
  client_unknown: 'identity',
  identity_pending: 'wait',

  // its certificate
  credential_refused: 'rotate_credential',
  credential_expired: 'rotate_credential',
  credential_revoked: 'rotate_credential',
  assertion_key_unknown: 'rotate_credential',
  assertion_signature_invalid: 'rotate_credential',
  assertion_expired: 'check_clock',
  assertion_replayed: 'wait',

  // the way
  agent_offline: 'agent',
  agent_refused: 'agent',
  authority_unreachable: 'wait',
  too_many_requests: 'wait',
  unavailable: 'wait',

  // what a whole agent and authority never say to each other: a fault of Signet, or of something between them
  metadata_header_missing: 'report_fault',
  identity_header_refused: 'report_fault',
  forwarded_request: 'report_fault',
  tenant_unknown: 'report_fault',
  tenant_malformed: 'report_fault',
  authority_host_unknown: 'report_fault',
  parameter_missing: 'report_fault',
  grant_unsupported: 'report_fault',
  client_authentication_missing: 'report_fault',
  client_authentication_ambiguous: 'report_fault',
  client_secret_refused: 'report_fault',
  client_secret_wrong: 'report_fault',
  client_secret_expired: 'report_fault',
  federation_issuer_unknown: 'report_fault',
  federation_audience_unknown: 'report_fault',
  federation_subject_unknown: 'report_fault',
  federation_subject_case: 'report_fault',
  assertion_malformed: 'report_fault',
  assertion_audience_wrong: 'report_fault',
  assertion_subject_wrong: 'report_fault',
  method_not_allowed: 'report_fault',
  unsupported_media_type: 'report_fault',
  not_found: 'report_fault',
  internal: 'report_fault',

  // codes of other surfaces
  unauthenticated: 'report_fault',
  forbidden: 'report_fault',
  cross_site_request: 'report_fault',
  conflict: 'report_fault',
  misdirected: 'report_fault',
  precondition_failed: 'report_fault',
  code_refused: 'report_fault',
  step_up_required: 'report_fault',
  join_token_refused: 'report_fault',
  csr_refused: 'report_fault',
  key_reused: 'report_fault',
  idempotency_answer_lost: 'report_fault',
  idempotency_key_busy: 'report_fault',
  idempotency_key_reused: 'report_fault',
  sealed: 'report_fault',
  bearer_missing: 'report_fault',
  bearer_invalid: 'report_fault',
  bearer_expired: 'report_fault',
  bearer_audience_wrong: 'report_fault',
  bearer_issuer_wrong: 'report_fault',
  bearer_tenant_wrong: 'report_fault',
  bearer_revoked: 'report_fault',
  vault_unknown: 'report_fault',
  secret_disabled: 'report_fault',
  secret_deleted: 'report_fault',
  purge_protected: 'report_fault',
  secret_backup_refused: 'report_fault',
} as const satisfies Record<ErrorCode, Rule>

/** The one act that mends a failure. */
export function fixOf(code: ErrorCode, context: FailureContext): TestFix {
  return fixWith(fixCodeOf(rules[code], context), context)
}

/** Why the test failed, in one sentence; `detail` is what the step that failed said. */
export function causeOf(code: ErrorCode, detail: string, context: FailureContext): string {
  const { name } = context.instance
  if (rules[code] !== 'identity') return detail
  const fix = fixCodeOf(rules[code], context)
  if (fix === 'use_assigned_identity') return `No identity that ${name} has is the one that was asked for.`
  if (fix === 'resume_principal')
    return `The managed identity ${context.principal?.userAssigned ?? `of ${name}`} is paused.`
  if (fix === 'turn_on_identity') return `The managed identity of ${name} is off.`
  return `The managed identity of ${name} is changing at this moment.`
}

function fixCodeOf(rule: Rule, context: FailureContext): TestFixCode {
  if (rule === 'agent') return context.instance.hasAgent ? 'start_agent' : 'enroll_agent'
  if (rule === 'rotate_credential' && !context.principal) return 'turn_on_identity'
  if (rule !== 'identity') return rule
  if (context.identityState === 'off') return 'turn_on_identity'
  if (context.identityState !== 'on') return 'wait'
  if (context.principal?.state === 'suspended') return 'resume_principal'
  return context.hasSelector ? 'use_assigned_identity' : 'wait'
}

const waitSeconds = '5'

function fixWith(code: TestFixCode, context: FailureContext): TestFix {
  const { testId, resource, principal } = context
  const { id, name } = context.instance
  const instance = { kind: 'instance', id } as const
  switch (code) {
    case 'turn_on_identity':
      return { code, label: `Turn on the identity of ${name}`, target: instance }
    case 'resume_principal':
      return {
        code,
        label: `Resume ${principal?.userAssigned ?? `the identity of ${name}`}`,
        target: principal && {
          kind: principal.userAssigned === null ? 'principal' : 'user-identity',
          id: principal.id,
        },
      }
    case 'rotate_credential':
      return {
        code,
        label: `Rotate the certificate of ${name}`,
        target: principal && { kind: 'principal', id: principal.id },
      }
    case 'enroll_agent':
      return { code, label: `Enroll an agent for ${name}`, target: instance }
    case 'start_agent':
      return { code, label: `Start the agent of ${name}`, target: instance }
    case 'check_clock':
      return { code, label: `Check the clock of ${name}`, target: instance }
    case 'register_audience':
      return { code, label: 'Pick an audience that is registered', target: { kind: 'audience', id: resource } }
    case 'assign_role':
      return { code, label: 'Assign it a role of the audience', target: { kind: 'audience', id: resource } }
    case 'use_assigned_identity':
      return { code, label: `Ask for the identity that ${name} has`, target: null }
    case 'correct_request':
      return { code, label: 'Correct the request', target: null }
    case 'wait':
      return { code, label: 'Try again', target: { kind: 'seconds', id: waitSeconds } }
    case 'report_fault':
      return { code, label: 'Look into the logs of agent and server', target: { kind: 'request', id: testId } }
  }
}
