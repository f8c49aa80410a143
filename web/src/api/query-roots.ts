import type { ChangeKind } from '@signet/shared/api/events'

/** First element of every query key, so that a change on the server finds the queries that show it. */
export type QueryRoot =
  | 'session'
  | 'instances'
  | 'credentials'
  | 'tokens'
  | 'rotations'
  | 'policy'
  | 'targets'
  | 'keys'
  | 'traces'
  | 'audit'
  | 'jobs'
  | 'demo'

/** Which queries show something of a kind. */
export const rootsOf: Record<ChangeKind, readonly QueryRoot[]> = {
  instance: ['instances', 'targets'],
  principal: ['instances', 'credentials'],
  slot: ['instances', 'credentials', 'rotations'],
  run: ['instances', 'credentials', 'rotations'],
  agent: ['instances', 'targets'],
  policy: ['policy', 'instances', 'credentials'],
  // Every test that ends is recorded.
  audit: ['audit', 'traces'],
  resource: ['targets'],
  key: ['keys'],
  job: ['jobs'],
}
