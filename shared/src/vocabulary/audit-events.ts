import { z } from 'zod'

/** Every act the audit log knows, with the words the dashboard shows. A write without one of these is a bug. */
export const auditActions = {
  'server.start': 'Server started',
  'server.stop': 'Server stopped',
  'server.unsealed': 'Server unsealed',
  'demo.made': 'Demo data made: all before this happened on a clock led through the past',
  'demo.removed': 'Demo data removed',
  'integrity.failure': 'Stored value refused: it was changed, moved or never sealed',
  'recovery_shares.taken': 'Recovery shares taken',
  'root_key.recovered': 'Root key recovered from shares',
  'clock.stepped': 'Clock stepped',
  'clock.confirmed': 'Clock confirmed',
  'limit.reached': 'Too many failed attempts',
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
  'instance.deleted': 'Instance deleted',
  'instance.tagged': 'Tags changed',
  'join_token.issued': 'Join token issued',
  'agent.enrolled': 'Agent enrolled',
  'agent.refused': 'Agent refused',
  'agent.renewed': 'Agent certificate renewed',
  'agent.quarantined': 'Agent quarantined',
  'identity.turned_on': 'Identity turned on',
  'identity.in_force': 'Identity in force on the instance',
  'identity.turned_off': 'Identity turned off',
  'identity.removed': 'Identity gone from the instance',
  'identity.paused': 'Identity paused',
  'identity.resumed': 'Identity resumed',
  'identity.restored': 'Identity restored',
  'identity.purged': 'Principal deleted for good',
  'bulk.started': 'Bulk job started',
  'bulk.paused': 'Bulk job paused',
  'bulk.resumed': 'Bulk job resumed',
  'bulk.cancelled': 'Bulk job cancelled',
  'bulk.retried': 'Bulk job: failed items tried again',
  'bulk.finished': 'Bulk job finished',
  'bulk.exported': 'Result of a bulk job exported',
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
  'audit.exported': 'Audit log exported',
  'rotations.exported': 'Rotations exported',
  'token.looked_up': 'Token log searched for an ID',
} as const

export type AuditAction = keyof typeof auditActions
export const AuditAction = z.enum(Object.keys(auditActions) as [AuditAction, ...AuditAction[]])

/** `refused`: somebody was not allowed; `failed`: it was allowed but did not work. */
export const AuditOutcome = z.enum(['ok', 'refused', 'failed'])
export type AuditOutcome = z.infer<typeof AuditOutcome>

/** Who acted: a signed-in person, somebody with access to the server's own host, an agent, or Signet itself. */
export const ActorKind = z.enum(['operator', 'console', 'agent', 'system', 'anonymous'])
export type ActorKind = z.infer<typeof ActorKind>
