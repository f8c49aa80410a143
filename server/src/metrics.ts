import { monitorEventLoopDelay } from 'node:perf_hooks'
import { ExpiryKind } from '@signet/shared/api/overview'
import { minuteMs } from '@signet/shared/vocabulary/time'
import type { Alerting } from './alerts/index.ts'
import type { Authority, IntrospectionEndpoint, TokenEndpoint } from './authority/index.ts'
import type { BulkJobs } from './bulk/index.ts'
import type { Overview } from './overview/index.ts'
import type { Clock } from './platform/clock.ts'
import { readSecretFile } from './platform/crypto/root-key/secret-file.ts'
import type { Lifecycle } from './platform/lifecycle.ts'
import type { Logger } from './platform/log.ts'
import { type MetricFamily, Metrics, type Sample } from './platform/metrics.ts'
import { PeriodicTask } from './platform/periodic.ts'
import { Secret } from './platform/secret.ts'
import { SignetError, StartupError } from './platform/signet-error.ts'
import type { CertificateAuthorities } from './principals/index.ts'
import type { InstanceList } from './resources/index.ts'
import { RotationCountsStore } from './rotation/index.ts'

type StoreParts = ConstructorParameters<typeof RotationCountsStore>[0]

interface MetricParts extends StoreParts {
  readonly log: Logger
  readonly lifecycle: Lifecycle
  readonly authorities: Pick<CertificateAuthorities, 'list'>
  readonly authority: Pick<Authority, 'keys' | 'log'>
  readonly tokenEndpoint: Pick<TokenEndpoint, 'outcomes'>
  readonly introspection: Pick<IntrospectionEndpoint, 'outcomes'>
  readonly overview: Pick<Overview, 'expiries'>
  readonly alerting: Pick<Alerting, 'alerts' | 'runner'>
  readonly list: Pick<InstanceList, 'facets'>
  readonly jobs: Pick<BulkJobs, 'page'>
}

/**
 * What `GET /metrics` tells (SEC-53, SEC-174): kinds, states and reasons of the catalogues, IDs of certificate authorities and keys,
 * which are public; no name of an identity, a person or a secret. Reading them is a fixed number of indexed questions.
 */
export function openMetrics(parts: MetricParts): Metrics {
  const { log } = parts
  const metrics = new Metrics((name, error) => log.error({ metric: name, err: error }, 'metric not read'))
  metrics.add(
    ...expiryFamilies(parts),
    ...rotationFamilies(parts),
    ...tokenFamilies(parts),
    ...standingFamilies(parts),
    ...loopFamilies(parts),
    ...processFamilies,
  )
  return metrics
}

const leastTokenLength = 32

/**
 * The token of whoever scrapes, read anew each time it is asked for.
 *
 * @throws StartupError when there is a file and no fit token in it
 */
export function metricsTokenFrom(file: string | undefined): () => Secret | undefined {
  if (file === undefined) return () => undefined
  const read = () => {
    const token = readSecretFile(file, 'SIGNET_METRICS_TOKEN_FILE')
    if (token.length < leastTokenLength) {
      throw new StartupError(
        `the token in ${file} of SIGNET_METRICS_TOKEN_FILE is too short: make one with openssl rand -hex 32`,
      )
    }
    return new Secret(token)
  }
  read()
  return () => {
    try {
      return read()
    } catch (cause) {
      throw new SignetError('unavailable', 'The file of SIGNET_METRICS_TOKEN_FILE cannot be used.', { cause })
    }
  }
}

/** What looks at many rows is looked at once a minute, however often somebody scrapes. */
function minutely(clock: Clock, read: () => Promise<Sample[]>): () => Promise<Sample[]> {
  let last: { at: number; samples: Promise<Sample[]> } | undefined
  return () => {
    const now = clock.monotonicMs()
    if (!last || now >= last.at + minuteMs) last = { at: now, samples: read() }
    const { samples } = last
    samples.catch(() => {
      last = undefined
    })
    return samples
  }
}

function expiryFamilies({ overview, authorities, authority, clock }: MetricParts): MetricFamily[] {
  const nearest = async (value: (end: { notAfter: number; lifeLeft: number }) => number): Promise<Sample[]> => {
    const ends = ExpiryKind.options.map(async (kind) => {
      const { items } = await overview.expiries.page({ kind, limit: 1 })
      return items.map((end) => ({ labels: { kind }, value: value(end) }))
    })
    return (await Promise.all(ends)).flat()
  }
  return [
    {
      ...{ name: 'signet_nearest_expiry_seconds', type: 'gauge', unit: 'seconds' },
      help: 'End of what of its kind ends first, as Unix time.',
      read: () => nearest(({ notAfter }) => notAfter / 1_000),
    },
    {
      ...{ name: 'signet_nearest_expiry_life_left_ratio', type: 'gauge', unit: 'ratio' },
      help: 'Part of its life that is left of what of its kind ends first.',
      read: () => nearest(({ lifeLeft }) => lifeLeft),
    },
    {
      ...{ name: 'signet_expiries_overdue', type: 'gauge' },
      help: 'What has at most this part of its life left (percent) and is not replaced in time, up to 200 of a kind.',
      read: minutely(clock, async () => {
        const counts = new Map<string, number>()
        for (const { kind, stage } of await overview.expiries.overdue()) {
          const key = `${kind} ${stage}`
          counts.set(key, (counts.get(key) ?? 0) + 1)
        }
        return ExpiryKind.options.flatMap((kind) =>
          ['50', '25', '10', '2'].map((stage) => ({
            ...{ labels: { kind, stage }, value: counts.get(`${kind} ${stage}`) ?? 0 },
          })),
        )
      }),
    },
    {
      ...{ name: 'signet_certificate_authority_expiry_seconds', type: 'gauge', unit: 'seconds' },
      help: 'End of each certificate authority that is trusted, as Unix time.',
      read: () =>
        authorities.list().map(({ id, scope, state, notAfter }) => ({
          ...{ labels: { id, scope, state }, value: notAfter / 1_000 },
        })),
    },
    {
      ...{ name: 'signet_signing_key_expiry_seconds', type: 'gauge', unit: 'seconds' },
      help: 'End of the certificate of the key that signs tokens, as Unix time.',
      read: async () => {
        const { kid, notAfter } = await authority.keys.outlook()
        return [{ labels: { kid }, value: notAfter / 1_000 }]
      },
    },
  ]
}

function rotationFamilies(parts: MetricParts): MetricFamily[] {
  const counts = new RotationCountsStore(parts)
  const samples = (rows: readonly { state: string; count: number }[]) =>
    rows.map(({ state, count }) => ({ labels: { state }, value: count }))
  return [
    {
      ...{ name: 'signet_rotations', type: 'gauge' },
      help: 'Rotations under way, by state.',
      read: async () => samples(await counts.open()),
    },
    {
      ...{ name: 'signet_rotations_ended', type: 'counter' },
      help: 'Rotations that ended since the server started, by how; some seconds late.',
      read: async () => samples(await counts.ended()),
    },
  ]
}

function tokenFamilies({ tokenEndpoint, introspection, authority, alerting, jobs }: MetricParts): MetricFamily[] {
  const { issued, refused } = tokenEndpoint.outcomes
  return [
    {
      ...{ name: 'signet_tokens_issued', type: 'counter' },
      help: 'Tokens issued since the server started, by version of the endpoint.',
      read: () => issued.samples(),
    },
    {
      ...{ name: 'signet_tokens_refused', type: 'counter' },
      help: 'Token requests refused since the server started, by the error code of the catalogue.',
      read: () => refused.samples(),
    },
    {
      ...{ name: 'signet_introspections', type: 'counter' },
      help: 'Introspections answered since the server started, by whether the token was good.',
      read: () => introspection.outcomes.answered.samples(),
    },
    {
      ...{ name: 'signet_introspections_refused', type: 'counter' },
      help: 'Introspections refused since the server started, by the error code of the catalogue.',
      read: () => introspection.outcomes.refused.samples(),
    },
    {
      ...{ name: 'signet_queue_depth', type: 'gauge' },
      help: 'What waits: rows of the token log for their commit, messages for webhooks, bulk jobs (up to 100).',
      read: async () => [
        { labels: { queue: 'token_log' }, value: authority.log.waiting },
        { labels: { queue: 'webhooks' }, value: await alerting.runner.waiting() },
        { labels: { queue: 'bulk_jobs' }, value: (await jobs.page({ limit: mostJobs, open: true })).items.length },
      ],
    },
  ]
}

const mostJobs = 100

function standingFamilies({ alerting, list }: MetricParts): MetricFamily[] {
  const facet = async (field: 'state' | 'agent'): Promise<Sample[]> =>
    Object.entries((await list.facets())[field]).map(([state, value]) => ({ labels: { state }, value: value ?? 0 }))
  return [
    {
      ...{ name: 'signet_identities', type: 'gauge' },
      help: 'Service instances by the health of their identity.',
      read: () => facet('state'),
    },
    {
      ...{ name: 'signet_agents', type: 'gauge' },
      help: 'Service instances by the connection of their agent.',
      read: () => facet('agent'),
    },
    {
      ...{ name: 'signet_alerts', type: 'gauge' },
      help: 'Alerts that are not resolved.',
      read: async () => {
        const { open, acknowledged } = await alerting.alerts.count()
        return [
          { labels: { state: 'open' }, value: open },
          { labels: { state: 'acknowledged' }, value: acknowledged },
        ]
      },
    },
  ]
}

/** How late the event loop came to what was due, over the last whole minute; until there is one, since the start. */
function loopFamilies({ clock, log, lifecycle }: MetricParts): MetricFamily[] {
  const histogram = monitorEventLoopDelay({ resolution: 20 })
  histogram.enable()
  const look = () => ({ mean: histogram.mean, p99: histogram.percentile(99), max: histogram.max })
  let minute: ReturnType<typeof look> | undefined
  const task = new PeriodicTask({
    ...{ name: 'event loop delay', intervalMs: minuteMs, clock, log },
    run: async () => {
      minute = look()
      histogram.reset()
    },
  })
  lifecycle.started('event loop delay', async () => {
    histogram.disable()
    await task.stop()
  })
  return (['mean', 'p99', 'max'] as const).map((of) => ({
    ...{ name: `signet_event_loop_delay_${of}_seconds`, type: 'gauge', unit: 'seconds' },
    help: `Delay of the event loop in the last whole minute (${of}).`,
    read: () => {
      const value = (minute ?? look())[of]
      // Nothing was measured yet.
      return Number.isFinite(value) ? [{ value: value / 1e9 }] : []
    },
  }))
}

const processFamilies: readonly MetricFamily[] = [
  {
    ...{ name: 'process_cpu_seconds', type: 'counter', unit: 'seconds' },
    help: 'CPU time of the server process.',
    read: () => {
      const { user, system } = process.cpuUsage()
      return [{ value: (user + system) / 1e6 }]
    },
  },
  {
    ...{ name: 'process_resident_memory_bytes', type: 'gauge', unit: 'bytes' },
    help: 'Memory of the server process.',
    read: () => [{ value: process.memoryUsage.rss() }],
  },
]
