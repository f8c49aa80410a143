import { BlastRadius } from '@signet/shared/api/resources'

const id = (last: number) => `01890000-0000-4000-8000-${String(last).padStart(12, '0')}`

/** Of an identity that nobody has used. */
export const exampleRadius = BlastRadius.parse({
  principalId: id(2),
  name: 'web-01',
  instances: [{ id: id(1), name: 'web-01' }],
  agents: [],
  credentials: 1,
  lastUsedAt: null,
  day: [],
  week: [],
  live: { tokens: 0, until: null },
})
