import type { AuditSearch } from './audit-queries.ts'

interface View {
  readonly name: string
  readonly search: AuditSearch
}

/** Views that every deployment has; each is an address. */
export const builtInViews: readonly View[] = [
  { name: 'Rotations', search: { filter: 'action:rotation.*,credential.*', range: '30d' } },
  { name: 'Identity switches', search: { filter: 'action:identity.*', range: '30d' } },
  { name: 'Refused and failed', search: { filter: 'result:refused,failed', range: '7d' } },
  { name: 'Sign-ins', search: { filter: 'action:session.*', range: '30d' } },
  { name: 'Token tests and reveals', search: { filter: 'action:token.*', range: '30d' } },
  { name: 'Policy changes', search: { filter: 'action:rotation.policy_changed', range: 'all' } },
  { name: 'Keys of the authority', search: { filter: 'action:signing_key.*,authority.*', range: 'all' } },
  { name: 'Agents', search: { filter: 'action:agent.*,join_token.*', range: '30d' } },
]
