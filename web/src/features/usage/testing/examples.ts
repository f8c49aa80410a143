import { UsageDetail, UsageSummary } from '@signet/shared/api/usage'
import { dayMs } from '@signet/shared/vocabulary/time'

const id = (last: number) => `01890000-0000-4000-8000-${String(last).padStart(12, '0')}`

export const instanceId = id(10)

/** An identity of an instance that was used a few times. */
export const exampleUsage = UsageSummary.parse({
  ...{ principalId: id(1), clientId: id(2), name: 'web-01', kind: 'system', state: 'enabled', instanceId },
  ...{ createdAt: 1, lastToken: { at: 2, audience: 'https://vault.azure.net' }, newHostAt: null },
  ...{ audiences: 1, instances: 1, tokens: 3, refused: 0, days: [...Array(89).fill(0), 3] },
})

/** An application that never got a token. */
export const exampleUnused = UsageSummary.parse({
  ...exampleUsage,
  ...{ principalId: id(3), clientId: id(4), name: 'billing', kind: 'app', instanceId: null, lastToken: null },
  ...{ audiences: 0, instances: 0, tokens: 0, days: Array(90).fill(0) },
})

const principal = { principalId: id(1), name: 'web-01', kind: 'system', state: 'enabled', instanceId } as const
const counts = { tokens: 3, refused: 1, firstAt: 1, lastAt: 2 }

/** Two audiences on two places, and the hosts. */
export const exampleDetail = UsageDetail.parse({
  from: 0,
  to: 90 * dayMs,
  days: Array.from({ length: 90 }, (_, index) => ({
    at: index * dayMs,
    tokens: index === 89 ? 6 : 0,
    refused: index === 89 ? 2 : 0,
  })),
  cells: [
    {
      principal,
      audience: 'https://vault.azure.net',
      place: { kind: 'instance', id: instanceId, name: 'web-01' },
      ...counts,
    },
    { principal, audience: 'api://orders', place: { kind: 'agent', id: id(20), name: 'web-02, web-03' }, ...counts },
    { principal, audience: null, place: null, ...counts, tokens: 0 },
  ],
  moreCells: 0,
  hosts: [
    { kind: 'agent', id: id(20), name: 'web-01', firstAt: 1, lastAt: 2 },
    { kind: 'address', id: '192.0.2.1', name: null, firstAt: 1, lastAt: 2 },
    { kind: 'more', id: '', name: null, firstAt: 1, lastAt: 2 },
  ],
  moreHosts: 4,
})
