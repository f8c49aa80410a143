import {
  type UsageCell,
  type UsageDetail,
  type UsedHost,
  usageKeptDays,
  usageShownDays,
} from '@signet/shared/api/usage'
import type { InstanceId, ObjectId } from '@signet/shared/vocabulary/identifiers'
import { dayMs } from '@signet/shared/vocabulary/time'
import type { Clock } from '../platform/clock.ts'
import { SignetError } from '../platform/signet-error.ts'
import { type PrincipalRegistry, type UseNumbers, usingPrincipal } from '../principals/index.ts'
import { placeOf, type UsagePlace } from './usage-place.ts'
import {
  type CellRow,
  type Days,
  dayOf,
  type HostRow,
  type UsageReportStore,
  type UsageSubject,
} from './usage-report-store.ts'

/** What others know of the places that use is counted for. */
export interface PlaceNames {
  /** Names of those that are there. */
  readonly instances: (ids: readonly string[]) => Promise<ReadonlyMap<string, string>>
  /** By agent, the names of the instances it serves. */
  readonly agents: (ids: readonly string[]) => Promise<ReadonlyMap<string, string>>
  readonly federated: (ids: readonly string[]) => Promise<ReadonlyMap<string, string>>
}

interface ReportParts {
  readonly store: UsageReportStore
  readonly registry: Pick<PrincipalRegistry, 'find' | 'findAll'>
  readonly names: PlaceNames
  /** @returns the agent that serves the instance; undefined when there is no such instance */
  readonly agentOf: (instanceId: InstanceId) => Promise<{ agentId: string | null } | undefined>
  readonly clock: Clock
}

interface Range {
  /** Epoch milliseconds, both within their days. */
  readonly from?: number | undefined
  readonly to?: number | undefined
}

const mostCells = 500
const mostHosts = 200

/** What was used for what, from where and when, as far as it is kept. */
export class UsageReports {
  readonly #parts: ReportParts

  constructor(parts: ReportParts) {
    this.#parts = parts
  }

  numbersOf(principalIds: readonly string[]): Promise<ReadonlyMap<string, UseNumbers>> {
    return this.#parts.store.numbers(principalIds, dayOf(this.#parts.clock.now()))
  }

  /** Of one that is gone, too, as long as its counters are kept. @throws SignetError `not_found` when there is neither */
  async ofPrincipal(principalId: ObjectId, range: Range): Promise<UsageDetail> {
    const { store, registry } = this.#parts
    const [{ hosts, all }, principal] = await Promise.all([
      store.hosts(principalId, mostHosts),
      registry.find(principalId),
    ])
    if (!principal && all === 0) throw new SignetError('not_found', 'There is no such identity or application.')
    const detail = await this.#detail({ principalId }, range)
    return { ...detail, hosts: await this.#hosts(hosts), moreHosts: all - hosts.length }
  }

  /** What the agent of the instance got for several of its instances, without telling them apart, is in it. @throws SignetError `not_found` */
  async ofInstance(instanceId: InstanceId, range: Range): Promise<UsageDetail> {
    const found = await this.#parts.agentOf(instanceId)
    if (!found) throw new SignetError('not_found', 'There is no such instance.')
    const agent: UsagePlace[] = found.agentId === null ? [] : [{ kind: 'agent', id: found.agentId }]
    return this.#detail({ places: [{ kind: 'instance', id: instanceId }, ...agent] }, range)
  }

  async #detail(subject: UsageSubject, range: Range): Promise<UsageDetail> {
    const { store, clock } = this.#parts
    const days = daysOf(range, clock.now())
    const [counted, { cells, all }] = await Promise.all([
      store.days(subject, days),
      store.cells(subject, days, mostCells),
    ])
    const byDay = new Map(counted.map((each) => [each.day, each]))
    return {
      from: days.first * dayMs,
      to: (days.last + 1) * dayMs,
      days: Array.from({ length: days.last - days.first + 1 }, (_, index) => {
        const { tokens = 0, refused = 0 } = byDay.get(days.first + index) ?? {}
        return { at: (days.first + index) * dayMs, tokens, refused }
      }),
      cells: await this.#cells(cells),
      moreCells: all - cells.length,
      hosts: [],
      moreHosts: 0,
    }
  }

  async #cells(rows: readonly CellRow[]): Promise<UsageCell[]> {
    const found = await this.#parts.registry.findAll([...new Set(rows.map(({ principalId }) => principalId))])
    const principals = new Map(found.map((principal) => [String(principal.objectId), usingPrincipal(principal)]))
    const places = new Map(rows.map(({ place }) => [place, placeOf(place)]))
    const nameOf = await this.#names([...places.values()])
    return rows.map(({ principalId, audience, place, ...counts }) => {
      const at = places.get(place) ?? null
      return {
        principal: principals.get(principalId) ?? null,
        audience: audience === '' ? null : audience,
        place: at && { ...at, name: nameOf(at) },
        ...counts,
      }
    })
  }

  async #hosts(rows: readonly HostRow[]): Promise<UsedHost[]> {
    const nameOf = await this.#names(rows.map(({ kind, host }) => ({ kind, id: host })))
    return rows.map(({ kind, host, firstAt, lastAt }) => ({
      ...{ kind, id: host, name: nameOf({ kind, id: host }), firstAt, lastAt },
    }))
  }

  async #names(things: readonly ({ kind: string; id: string } | null)[]) {
    const { names } = this.#parts
    const idsOf = (kind: string) => things.flatMap((each) => (each?.kind === kind ? [each.id] : []))
    const [instance, agent, federated] = await Promise.all([
      names.instances(idsOf('instance')),
      names.agents(idsOf('agent')),
      names.federated(idsOf('federated')),
    ])
    const byKind: Partial<Record<string, ReadonlyMap<string, string>>> = { instance, agent, federated }
    return ({ kind, id }: { kind: string; id: string }) => byKind[kind]?.get(id) ?? null
  }
}

/** Whole days; what is older than is kept, or in the future, is left out. */
function daysOf({ from, to }: Range, nowMs: number): Days {
  const today = dayOf(nowMs)
  const oldest = today - usageKeptDays
  const last = Math.min(Math.max(to === undefined ? today : dayOf(to), oldest), today)
  const first = from === undefined ? last - usageShownDays + 1 : dayOf(from)
  return { first: Math.min(Math.max(first, oldest), last), last }
}
