import type { ChangeKind } from '@signet/shared/api/events'

/** First element of every query key, so that a change on the server finds the queries that show it. */
export type QueryRoot =
  | 'session'
  | 'sessions'
  | 'instances'
  | 'identities'
  | 'applications'
  | 'federation'
  | 'audiences'
  | 'roles'
  | 'access'
  | 'credentials'
  | 'propagation'
  | 'tokens'
  | 'rotations'
  | 'rollouts'
  | 'policy'
  | 'targets'
  | 'keys'
  | 'authorities'
  | 'traces'
  | 'audit'
  | 'jobs'
  | 'alerts'
  | 'webhooks'
  | 'vaults'
  | 'usage'
  | 'views'
  | 'overview'
  | 'demo'

/** Which queries show something of a kind. */
export const rootsOf: Record<ChangeKind, readonly QueryRoot[]> = {
  instance: ['instances', 'identities', 'targets', 'overview'],
  principal: [
    ...(['instances', 'identities', 'applications', 'federation', 'roles', 'access', 'credentials'] as const),
    ...(['usage', 'overview'] as const),
  ],
  withdrawal: ['propagation'],
  slot: ['instances', 'identities', 'credentials', 'rotations', 'overview'],
  run: ['instances', 'credentials', 'rotations', 'rollouts', 'overview'],
  agent: ['instances', 'identities', 'propagation', 'targets', 'rollouts', 'overview'],
  policy: ['policy', 'instances', 'credentials', 'overview'],
  // Every test that ends is recorded, and every sign-in that begins or ends.
  audit: ['audit', 'traces', 'sessions', 'overview'],
  resource: ['targets', 'audiences', 'roles'],
  key: ['keys', 'overview'],
  certificate_authority: ['authorities', 'overview'],
  job: ['jobs', 'overview'],
  rollout: ['rollouts', 'rotations', 'overview'],
  alert: ['alerts'],
  webhook: ['webhooks'],
  role_assignment: ['access'],
  role_definition: ['access'],
  vault: ['vaults'],
  usage: ['usage'],
}
