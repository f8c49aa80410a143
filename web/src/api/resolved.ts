import type { ResolvedKind } from '@signet/shared/api/resolve'

/** Words for what an identifier led to. */
export const kindWords: Record<ResolvedKind, string> = {
  instance: 'Instance',
  identity: 'Identity',
  application: 'Application',
  audience: 'Audience',
  role_assignment: 'Role assignment',
  role: 'Role',
  vault: 'Vault',
  secret: 'Secret',
  certificate: 'Certificate',
  rotation: 'Rotation',
  agent: 'Agent',
  signing_key: 'Signing key',
  audit_event: 'Audit event',
  request: 'Request',
  token: 'Token request',
}

/** Shorter texts are no identifiers. */
export const shortestLookup = 3
