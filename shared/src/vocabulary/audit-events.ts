import { z } from 'zod'

/** Every act the audit log knows, with the words the dashboard shows. A write without one of these is a bug. */
export const auditActions = {
  'server.start': 'Server started',
  'server.stop': 'Server stopped',
  'clock.stepped': 'Clock stepped',
  'setup.code_issued': 'Set-up code issued',
  'operator.created': 'Administrator created',
  'operator.recovery_code_issued': 'Sign-in code issued on the console',
  'session.started': 'Signed in',
  'session.refused': 'Sign-in refused',
  'session.stepped_up': 'Identity confirmed again',
  'session.ended': 'Signed out',
  'view.saved': 'View saved',
  'view.deleted': 'View deleted',
  'instance.registered': 'Instance registered',
  'instances.exported': 'Instances exported',
  'join_token.issued': 'Join token issued',
  'agent.enrolled': 'Agent enrolled',
  'agent.refused': 'Agent refused',
  'agent.renewed': 'Agent certificate renewed',
  'agent.quarantined': 'Agent quarantined',
  'identity.turned_on': 'Identity turned on',
  'identity.in_force': 'Identity in force on the instance',
  'identity.turned_off': 'Identity turned off',
  'identity.removed': 'Identity gone from the instance',
  'rotation.requested': 'Rotation requested',
  'rotation.failed': 'Rotation failed',
  'rotation.cancelled': 'Rotation cancelled',
  'rotation.completed': 'Rotation completed',
  'rotation.policy_changed': 'Rotation policy changed',
  'credential.prepared': 'Certificate issued',
  'credential.activated': 'Certificate in use',
  'credential.retired': 'Certificate retired',
  'credential.revoked': 'Certificate revoked',
  'credential.key_refused': 'Public key refused',
  'signing_key.prepared': 'Signing key published',
  'signing_key.activated': 'Signing key in use',
  'signing_key.retiring': 'Signing key no longer signs',
  'signing_key.retired': 'Signing key withdrawn',
  'authority.ca_created': 'Certificate authority created',
  'token.tested': 'Token tested',
  'token.revealed': 'Raw token revealed',
} as const

export type AuditAction = keyof typeof auditActions
export const AuditAction = z.enum(Object.keys(auditActions) as [AuditAction, ...AuditAction[]])

/** `refused`: somebody was not allowed; `failed`: it was allowed but did not work. */
export const AuditOutcome = z.enum(['ok', 'refused', 'failed'])
export type AuditOutcome = z.infer<typeof AuditOutcome>

/** Who acted: a signed-in person, somebody with access to the server's own host, an agent, or Signet itself. */
export const ActorKind = z.enum(['operator', 'console', 'agent', 'system', 'anonymous'])
export type ActorKind = z.infer<typeof ActorKind>
