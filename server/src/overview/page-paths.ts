import type { HealthFix } from '@signet/shared/api/resources'

/** Addresses of the dashboard's pages, as fixes and numbers lead to them. */
export const pagePaths = {
  instance: (id: string, tab: HealthFix['tab'] = 'identity') =>
    tab === 'identity' ? `/instances/${id}` : `/instances/${id}/${tab}`,
  instances: (filter: string) => `/instances?${new URLSearchParams({ q: filter })}`,
  application: (id: string, tab: 'secrets' | 'certificates' | 'federation') => `/applications/${id}/${tab}`,
  applications: (filter: string) => `/applications?${new URLSearchParams({ q: filter })}`,
  identity: (id: string) => `/identities/${id}/federation`,
  identities: (filter: string) => `/identities?${new URLSearchParams({ q: filter })}`,
  rotation: (runId: string) => `/rotations/${runId}`,
  rotationPolicy: (policyId: string) => `/settings/policies/${policyId}`,
  rollout: (rolloutId: string) => `/rotations/rollouts/${rolloutId}`,
  rotationQueue: (filter: string) => `/rotations/queue?${new URLSearchParams({ filter })}`,
  rotationHistory: (filter: string) => `/rotations/history?${new URLSearchParams({ filter })}`,
  usage: (filter: string) => `/usage?${new URLSearchParams({ q: filter })}`,
  keys: '/settings/keys',
  audit: (filter: string, range: '7d' | 'all' = 'all') => `/audit?${new URLSearchParams({ filter, range })}`,
} as const
