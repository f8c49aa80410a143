import type { Expiry, FirstStep, Overview } from '@signet/shared/api/overview'
import { auditFields } from '@signet/shared/query/audit-fields'
import type { AuditAction } from '@signet/shared/vocabulary/audit-events'
import { HealthState } from '@signet/shared/vocabulary/credential-states'
import { dayMs, minuteMs } from '@signet/shared/vocabulary/time'
import type { AuditLog } from '../audit/index.ts'
import type { KeyOutlook, SigningKeys, TokenUsageStore } from '../authority/index.ts'
import type { BulkJobs } from '../bulk/index.ts'
import type { Clock } from '../platform/clock.ts'
import { requireTerms } from '../platform/query-text.ts'
import type { CertificateAuthorities } from '../principals/index.ts'
import type { InstanceList, UserIdentities } from '../resources/index.ts'
import type { RotationHistory } from '../rotation/index.ts'
import { type Life, lifeStage } from './life-left.ts'
import { pagePaths } from './page-paths.ts'

export interface NumberParts {
  readonly list: Pick<InstanceList, 'page' | 'facets'>
  readonly users: Pick<UserIdentities, 'count'>
  readonly history: Pick<RotationHistory, 'load'>
  readonly usage: Pick<TokenUsageStore, 'hourly' | 'issuedUnder'>
  readonly keys: Pick<SigningKeys, 'outlook'>
  readonly authorities: Pick<CertificateAuthorities, 'lives'>
  readonly audit: Pick<AuditLog, 'page' | 'newestOf' | 'recordedUnder'>
  readonly jobs: Pick<BulkJobs, 'page'>
  readonly sharesTaken: () => Promise<boolean>
  readonly serverCertificate: () => Life | undefined
  readonly clock: Clock
}

const daysAhead = 14
const nearest = 5
const changesShown = 6
const changesKeptMs = 30 * dayMs
const mostJobs = 20
/** A test ends within 20 seconds and is on record by then. */
const testOverMs = minuteMs / 2

/** What an operator would want to know of; everything else is in the audit log. */
const interesting: readonly AuditAction[] = [
  'identity.turned_on',
  'identity.turned_off',
  'identity.paused',
  'identity.resumed',
  'identity.restored',
  'identity.purged',
  'identity.created',
  'identity.attached',
  'identity.detached',
  'identity.deleted',
  'audience.registered',
  'audience.removed',
  'role.assigned',
  'instance.registered',
  'instance.deleted',
  'agent.enrolled',
  'agent.quarantined',
  'bulk.started',
  'rotation.failed',
  'rotation.policy_changed',
  'credential.revoked',
  'signing_key.activated',
  'operator.created',
  'recovery_shares.taken',
  'root_key.recovered',
  'integrity.failure',
  'clock.stepped',
  'clock.confirmed',
]
const changes = requireTerms(`action:${interesting.join(',')}`, auditFields)

/** The deployment in numbers: counters and indexed reads, nothing that grows with the fleet. */
export class FleetNumbers {
  readonly #parts: NumberParts
  /** A step that is done stays done; what was found out about it is not asked again. */
  readonly #done = new Set<FirstStep>()

  constructor(parts: NumberParts) {
    this.#parts = parts
  }

  async read({ withChanges }: { withChanges: boolean }): Promise<Overview> {
    const { keys, jobs, clock } = this.#parts
    const now = clock.now()
    const fleet = await this.#fleet()
    const key = await keys.outlook()
    return {
      at: now,
      fleet,
      tokens: this.#tokens(),
      rotations: await this.#rotations(now),
      signingKey: { kid: key.kid, nextAt: key.nextAt },
      expiries: await this.#expiries(key, now),
      openJobs: (await jobs.page({ limit: mostJobs, open: true })).items.length,
      changes: withChanges ? await this.#changes(now) : null,
      firstRun: await this.#firstRun(fleet.instances, now),
    }
  }

  async #fleet(): Promise<Overview['fleet']> {
    const facets = await this.#parts.list.facets()
    const states = HealthState.options.map((state) => [state, facets.state[state] ?? 0] as const)
    const { connected = 0, silent = 0, none = 0 } = facets.agent
    return {
      instances: states.reduce((sum, [, count]) => sum + count, 0),
      states: Object.fromEntries(states) as Overview['fleet']['states'],
      agents: { connected, silent, none },
      userIdentities: await this.#parts.users.count(),
    }
  }

  #tokens(): Overview['tokens'] {
    const hours = this.#parts.usage.hourly()
    const sum = (of: 'issued' | 'refused') => hours.reduce((total, hour) => total + hour[of], 0)
    return { hours, issued: sum('issued'), refused: sum('refused') }
  }

  async #rotations(now: number): Promise<Overview['rotations']> {
    const today = Math.floor(now / dayMs) * dayMs
    const load = await this.#parts.history.load({ from: today, to: today + daysAhead * dayMs })
    const planned = new Map(load.map((each) => [each.day, each.planned]))
    return Array.from({ length: daysAhead }, (_, index) => {
      const day = today + index * dayMs
      return { day, planned: planned.get(day) ?? 0 }
    })
  }

  /** Of what lives longer than a day or two: the certificates of agents and listeners renew themselves each day. */
  async #expiries(key: KeyOutlook, now: number): Promise<Expiry[]> {
    const { list, authorities, serverCertificate } = this.#parts
    const own = serverCertificate()
    const { items } = await list.page({ filter: '-state:off,disabling', sort: 'expires', limit: nearest })
    const ends: Expiry[] = [
      ...authorities.lives.map(
        ({ id, subject, ...life }): Expiry => ({
          ...{
            kind: 'authority',
            id,
            name: subject.replace(/^CN=/, ''),
            notAfter: life.notAfter,
            renewsAt: life.renewsAt,
          },
          ...{ stage: lifeStage(life, now), path: pagePaths.audit(`target:${id}`) },
        }),
      ),
      {
        ...{ kind: 'signing_key', id: key.kid, name: key.kid, notAfter: key.notAfter, renewsAt: key.nextAt },
        ...{ stage: lifeStage(key, now), path: pagePaths.audit('action:signing_key.*') },
      },
      ...(own
        ? [
            {
              ...{ kind: 'server_certificate' as const, id: 'services', name: 'Services', notAfter: own.notAfter },
              ...{ renewsAt: null, stage: lifeStage(own, now), path: null },
            },
          ]
        : []),
      ...items.flatMap(({ id, name, credential, nextRotationAt }): Expiry[] =>
        credential === null
          ? []
          : [
              {
                ...{ kind: 'identity', id, name, notAfter: credential.notAfter, renewsAt: nextRotationAt },
                ...{ stage: lifeStage(credential, now), path: pagePaths.instance(id, 'certificates') },
              },
            ],
      ),
    ]
    return ends.sort((one, other) => one.notAfter - other.notAfter).slice(0, nearest)
  }

  async #changes(now: number): Promise<Overview['changes']> {
    const query = { terms: changes, from: now - changesKeptMs }
    return (await this.#parts.audit.page(query, { limit: changesShown })).items
  }

  async #firstRun(instances: number, now: number): Promise<Overview['firstRun']> {
    const { audit, list, sharesTaken } = this.#parts
    const isRecorded = async (action: AuditAction) => (await audit.newestOf(action)) !== undefined
    const checks: Record<FirstStep, () => Promise<boolean> | boolean> = {
      agent_enrolled: () => isRecorded('agent.enrolled'),
      identity_on: () => isRecorded('identity.turned_on'),
      token_tested: () => isRecorded('token.tested'),
      own_token: () => this.#hasOwnToken(now),
      recovery_shares: sharesTaken,
      second_instance: () => instances > 1,
    }
    const steps: Overview['firstRun']['steps'] = []
    for (const step of Object.keys(checks) as FirstStep[]) {
      if (!this.#done.has(step) && (await checks[step]())) this.#done.add(step)
      steps.push({ step, done: this.#done.has(step) })
    }
    const { items } = await list.page({ sort: 'created', limit: 1 })
    return { steps, instanceId: items[0]?.id ?? null }
  }

  /** A token was issued to a program, not to a test: a test is on record under the ID that its tokens were asked under. */
  async #hasOwnToken(now: number): Promise<boolean> {
    const { usage, audit } = this.#parts
    const ids = usage.issuedUnder(now - testOverMs)
    const tests = await audit.recordedUnder('token.tested', ids)
    return ids.some((id) => !tests.has(id))
  }
}
