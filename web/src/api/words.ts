import type { ApplicationState } from '@signet/shared/api/applications'
import type { RoleAssignment } from '@signet/shared/api/audiences'
import type { BulkKind } from '@signet/shared/api/bulk'
import type { InstanceKind } from '@signet/shared/api/resources'
import type { AssignmentState } from '@signet/shared/api/user-identities'
import { errorCatalogue } from '@signet/shared/errors'
import type { AuditOutcome } from '@signet/shared/vocabulary/audit-events'
import type {
  CertificateKey,
  CredentialState,
  DrillState,
  HealthState,
  IdentityState,
  KeyAlgorithm,
  OverlapChoice,
  RunState,
  RunTrigger,
  UserIdentityState,
} from '@signet/shared/vocabulary/credential-states'
import type { JobItemState, JobState } from '@signet/shared/vocabulary/job-states'
import type { DrillStep } from '@signet/shared/wire/agent-protocol'

/** A state in words, with the tone that the design system's badge gives it. */
export interface Word {
  readonly word: string
  readonly tone: 'ok' | 'warn' | 'bad' | 'busy' | 'accent' | 'soft' | 'off' | 'stopped'
}

/** The bare words of a catalogue of states, by state. */
export function wordsOf(states: Readonly<Record<string, { readonly word: string }>>): Record<string, string> {
  return Object.fromEntries(Object.entries(states).map(([state, { word }]) => [state, word]))
}

export const identityWords: Record<IdentityState, Word> = {
  off: { word: 'Off', tone: 'off' },
  enabling: { word: 'Turning on…', tone: 'busy' },
  on: { word: 'On', tone: 'ok' },
  disabling: { word: 'Turning off…', tone: 'busy' },
}

export const healthWords: Record<HealthState, Word> = {
  ...identityWords,
  rotating: { word: 'Rotating', tone: 'accent' },
  degraded: { word: 'Degraded', tone: 'warn' },
  failing: { word: 'Failing', tone: 'bad' },
  paused: { word: 'Paused', tone: 'stopped' },
}

export const userIdentityWords: Record<UserIdentityState, Word> = {
  on: { word: 'On', tone: 'ok' },
  paused: { word: 'Paused', tone: 'stopped' },
  deleted: { word: 'Deleted', tone: 'off' },
}

/** How far the agent of an instance is with an identity that is assigned to it. */
export const assignmentWords: Record<AssignmentState, Word> = {
  'no-agent': { word: 'No agent', tone: 'warn' },
  issuing: { word: 'On its way…', tone: 'busy' },
  'in-force': { word: 'In force', tone: 'ok' },
}

export const applicationWords: Record<ApplicationState, Word> = {
  enabled: { word: 'On', tone: 'ok' },
  paused: { word: 'Paused', tone: 'stopped' },
  deleted: { word: 'Deleted', tone: 'off' },
}

export const principalKindWords: Record<RoleAssignment['principal']['kind'], string> = {
  system: 'System-assigned identity',
  user: 'User-assigned identity',
  app: 'Application',
}

export const instanceKindWords: Record<InstanceKind, string> = {
  vm: 'Virtual machine',
  app: 'App',
  function: 'Function',
  container: 'Container',
  host: 'Host',
}

/** What a bulk job does, as an order. */
export const bulkWords: Record<BulkKind, string> = {
  'turn-on': 'Turn on',
  pause: 'Pause',
  resume: 'Resume',
  'turn-off': 'Turn off',
  restore: 'Restore',
  tag: 'Tag',
  attach: 'Attach',
  detach: 'Detach',
  delete: 'Delete',
  enable: 'Enable',
  disable: 'Disable',
}

export const jobWords: Record<JobState, Word> = {
  selecting: { word: 'Selecting', tone: 'busy' },
  running: { word: 'Running', tone: 'busy' },
  paused: { word: 'Paused', tone: 'stopped' },
  cancelled: { word: 'Cancelled', tone: 'stopped' },
  finished: { word: 'Finished', tone: 'ok' },
}

export const jobItemWords: Record<JobItemState, Word> = {
  waiting: { word: 'Waiting', tone: 'soft' },
  changed: { word: 'Changed', tone: 'ok' },
  already: { word: 'No change needed', tone: 'off' },
  refused: { word: 'Not allowed', tone: 'warn' },
  failed: { word: 'Failed', tone: 'bad' },
  cancelled: { word: 'Cancelled', tone: 'stopped' },
}

export const credentialWords: Record<CredentialState, Word> = {
  prepared: { word: 'Prepared', tone: 'soft' },
  active: { word: 'Active', tone: 'ok' },
  retiring: { word: 'Retiring', tone: 'accent' },
  retired: { word: 'Retired', tone: 'off' },
  revoked: { word: 'Revoked', tone: 'stopped' },
}

export const runWords: Record<RunState, Word> = {
  requested: { word: 'Requested', tone: 'busy' },
  prepared: { word: 'Prepared', tone: 'busy' },
  activated: { word: 'Active, overlap runs', tone: 'accent' },
  completed: { word: 'Completed', tone: 'ok' },
  failed: { word: 'Failed', tone: 'bad' },
  cancelled: { word: 'Cancelled', tone: 'stopped' },
  rolled_back: { word: 'Rolled back', tone: 'warn' },
}

export const overlapChoices: readonly { readonly value: OverlapChoice; readonly label: string }[] = [
  { value: 'policy', label: 'As the rotation policy says' },
  { value: 'day', label: '24 hours' },
  { value: 'hour', label: '1 hour' },
  { value: 'none', label: 'None: refused at once' },
]

export const drillWords: Record<DrillState, Word> = {
  running: { word: 'Running', tone: 'busy' },
  passed: { word: 'Passed', tone: 'ok' },
  failed: { word: 'Failed', tone: 'bad' },
}

export const drillStepWords: Record<DrillStep['name'], string> = {
  key_made: 'Key made on the instance',
  key_stored: 'Key on disk',
  certificate_issued: 'Shadow certificate issued',
  certificate_stored: 'Certificate on disk',
  acknowledged: 'Acknowledged',
  refused: 'Refused a token, as it must be',
  wiped: 'Key and certificate wiped',
}

export const triggerWords: Record<RunTrigger, string> = {
  schedule: 'Schedule',
  enable: 'Identity turned on',
  manual: 'By hand',
  emergency: 'Emergency: the others were revoked',
  policy: 'Policy change',
  expiring: 'Schedule, late: little life left',
  reenroll: 'Agent enrolled again',
}

export const outcomeWords: Record<AuditOutcome, Word> = {
  ok: { word: 'OK', tone: 'ok' },
  refused: { word: 'Refused', tone: 'warn' },
  failed: { word: 'Failed', tone: 'bad' },
}

export const keyLocationWords = {
  agent: 'On the instance, never left it',
  server: 'Made by the server, sealed there',
  external: 'Outside of Signet',
  hsm: 'In a hardware module',
} as const

export const keyAlgorithmWords: Record<KeyAlgorithm, string> = { rsa2048: 'RSA-2048', p256: 'ECDSA P-256' }

const certificateKeyWords: Record<CertificateKey, string> = {
  ...keyAlgorithmWords,
  rsa3072: 'RSA-3072',
  rsa4096: 'RSA-4096',
}

/** Name of a key algorithm, which for old certificates need not be one of today's. */
export function keyAlgorithmName(algorithm: string): string {
  const known = Object.entries(certificateKeyWords).find(([name]) => name === algorithm)
  return known === undefined ? algorithm : known[1]
}

/** A code of the catalogue in words; anything else as it is. */
export function codeWords(code: string): string {
  const known = Object.entries(errorCatalogue).find(([name]) => name === code)
  return known === undefined ? code : known[1].title
}

/** What a rotation by hand does, said before it is started. */
export const rotateNowWords =
  'The instance makes a new key and gets a new certificate. Tokens keep flowing: both certificates are accepted until ' +
  'the overlap ends, then the old one is retired.'
