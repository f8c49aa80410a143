import { AgentSummary } from '@signet/shared/api/resources'

const id = (last: number) => `01890000-0000-4000-8000-${String(last).padStart(12, '0')}`

/** Connected, and up to date. */
export const exampleAgent = AgentSummary.parse({
  id: id(8),
  version: '1.4.2',
  platform: 'linux',
  connected: true,
  quarantined: false,
  lastSeenAt: 1,
  certificateNotAfter: 9e12,
  recoverableUntil: 9e12,
  endpoints: null,
  errors: [],
  ackedGeneration: 7,
  sentGeneration: 7,
})
