import type { InstanceKind } from '@signet/shared/api/resources'

/**
 * What becomes of an identity by the end of the history: `degraded` lost its agent a few hours ago, `failing` so long ago that
 * its certificate has expired since, `off` was never turned on, `turned_off` was and can be restored.
 */
type Fate = 'on' | 'degraded' | 'failing' | 'paused' | 'off' | 'turned_off'

/** One instance of the demo. */
export interface DemoInstance {
  readonly name: string
  readonly kind: InstanceKind
  readonly tags: Readonly<Record<string, string>>
  readonly fate: Fate
  /** Whom its workload asks for tokens. */
  readonly audiences: readonly string[]
}

const audiences = {
  vault: 'https://vault.azure.net',
  storage: 'https://storage.azure.com',
  sql: 'https://database.windows.net',
  bus: 'https://servicebus.azure.net',
  events: 'https://eventhubs.azure.net',
  arm: 'https://management.azure.com',
  graph: 'https://graph.microsoft.com',
} as const

interface Group {
  readonly kind: InstanceKind
  readonly prefix: string
  readonly count: number
  readonly team: string
  readonly asks: readonly (keyof typeof audiences)[]
}

const groups: readonly Group[] = [
  { kind: 'vm', prefix: 'web', count: 6, team: 'storefront', asks: ['vault', 'sql'] },
  { kind: 'vm', prefix: 'build', count: 3, team: 'platform', asks: ['arm', 'storage'] },
  { kind: 'vm', prefix: 'db-proxy', count: 2, team: 'data', asks: ['sql'] },
  { kind: 'app', prefix: 'checkout-api', count: 3, team: 'payments', asks: ['vault', 'bus'] },
  { kind: 'app', prefix: 'customer-portal', count: 2, team: 'storefront', asks: ['vault', 'graph'] },
  { kind: 'app', prefix: 'admin-console', count: 1, team: 'platform', asks: ['arm', 'graph'] },
  { kind: 'function', prefix: 'invoice-mailer', count: 3, team: 'payments', asks: ['bus', 'storage'] },
  { kind: 'function', prefix: 'thumbnailer', count: 3, team: 'storefront', asks: ['storage'] },
  { kind: 'function', prefix: 'nightly-report', count: 2, team: 'data', asks: ['sql', 'storage'] },
  { kind: 'container', prefix: 'search-indexer', count: 4, team: 'data', asks: ['events', 'storage'] },
  { kind: 'container', prefix: 'price-feed', count: 3, team: 'payments', asks: ['events', 'vault'] },
  { kind: 'container', prefix: 'gateway', count: 2, team: 'platform', asks: ['vault'] },
  { kind: 'host', prefix: 'factory-gate', count: 3, team: 'logistics', asks: ['events'] },
  { kind: 'host', prefix: 'warehouse-scanner', count: 3, team: 'logistics', asks: ['bus', 'vault'] },
]

const fates: Readonly<Record<string, Fate>> = {
  'warehouse-scanner-02': 'failing',
  'factory-gate-03': 'degraded',
  'price-feed-03': 'paused',
  'build-03': 'off',
  'admin-console-01': 'turned_off',
}

const places = ['north', 'west'] as const

/** The forty instances of the demo, always the same. Each carries a tag that says what it is, wherever it is listed. */
export const demoFleet: readonly DemoInstance[] = groups.flatMap(({ kind, prefix, count, team, asks }) =>
  Array.from({ length: count }, (_, index): DemoInstance => {
    const name = `${prefix}-${String(index + 1).padStart(2, '0')}`
    const environment = index === count - 1 && count > 2 ? 'test' : 'production'
    return {
      name,
      kind,
      tags: { demo: 'yes', team, environment, place: places[index % places.length] ?? places[0] },
      fate: fates[name] ?? 'on',
      audiences: asks.map((ask) => audiences[ask]),
    }
  }),
)

/** Whether its agent runs once the history is made. */
export function hasLiveAgent({ fate }: DemoInstance): boolean {
  return fate !== 'failing' && fate !== 'degraded'
}
