import { BlastRadius } from '@signet/shared/api/resources'

const id = (last: number) => `01890000-0000-4000-8000-${String(last).padStart(12, '0')}`

const none = { total: 0, items: [] }

/** Of an identity that nobody has used. */
export const exampleRadius = BlastRadius.parse({
  principalId: id(2),
  name: 'web-01',
  instances: { total: 1, items: [{ id: id(1), name: 'web-01' }] },
  agents: { total: 0, connected: 0 },
  credentials: 1,
  grants: none,
  appRoles: none,
  secrets: none,
  federations: none,
  clientSecrets: 0,
  lastUsedAt: null,
  day: [],
  week: [],
  live: { tokens: 0, until: null, audiences: [] },
})
