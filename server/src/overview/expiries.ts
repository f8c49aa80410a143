import type { Expiry, ExpiryKind } from '@signet/shared/api/overview'
import type { Page, PageQuery } from '@signet/shared/api/paging'
import { AgentId } from '@signet/shared/vocabulary/identifiers'
import { dayMs } from '@signet/shared/vocabulary/time'
import type { KeyOutlook, SigningKeys } from '../authority/index.ts'
import { type AgentDirectory, type AgentEndsStore, certificateMs } from '../enrollment/index.ts'
import type { Clock } from '../platform/clock.ts'
import type { EndsQuery } from '../platform/database/ends.ts'
import type { Cursors } from '../platform/database/paging.ts'
import type { CertificateAuthorities, ClientEndsStore } from '../principals/index.ts'
import type { ResourceManager } from '../resources/index.ts'
import type { SlotEndsStore } from '../rotation/index.ts'
import { isOverdue, type Life, lifeLeft, lifeStage } from './life-left.ts'
import { pagePaths } from './page-paths.ts'

export interface ExpiryParts {
  readonly slotEnds: Pick<SlotEndsStore, 'nearest' | 'overdue'>
  readonly clientEnds: Pick<ClientEndsStore, 'secrets' | 'certificates'>
  readonly agentEnds: Pick<AgentEndsStore, 'nearest'>
  readonly agents: Pick<AgentDirectory, 'describe'>
  readonly resources: Pick<ResourceManager, 'ofAgent'>
  readonly keys: Pick<SigningKeys, 'outlook'>
  readonly authorities: Pick<CertificateAuthorities, 'lives'>
  readonly serverCertificate: () => Life | undefined
  readonly cursors: Cursors
  readonly clock: Clock
}

const list = 'expiries'
/** What an application has that ended longer ago is not told of any more. */
const endedShownMs = 30 * dayMs
/** Of one kind, when everything is looked for that nothing replaces. */
const mostOverdue = 200

/** Those that live for more than a day or two; the certificates of agents are renewed each day. */
const longLived: readonly ExpiryKind[] = [
  'authority',
  'signing_key',
  'identity',
  'client_secret',
  'registered_certificate',
  'server_certificate',
]
const everything: readonly ExpiryKind[] = [...longLived, 'agent_certificate']

type Ends = Pick<Expiry, 'kind' | 'id' | 'name' | 'renewsAt' | 'path'> & Life

/** Everything that expires (SEC-53). It keeps nothing: each domain says what it has, by its end. */
export class Expiries {
  readonly #parts: ExpiryParts

  constructor(parts: ExpiryParts) {
    this.#parts = parts
  }

  /** The nearest end first. @throws SignetError `invalid_request` for a foreign cursor */
  async page(query: PageQuery & { kind?: ExpiryKind | undefined }): Promise<Page<Expiry>> {
    const name = `${list} ${query.kind ?? ''}`
    const [at, id] = this.#parts.cursors.read(name, query.cursor) ?? []
    const after = at !== undefined && id !== undefined ? { at: Number(at), id } : undefined
    const kinds = query.kind ? [query.kind] : everything
    const rows = await this.#nearest(kinds, { after, limit: query.limit + 1 })
    return this.#parts.cursors.page(rows, {
      list: name,
      limit: query.limit,
      keyOf: ({ notAfter, id: last }) => [String(notAfter), last],
      map: (row) => row,
    })
  }

  nearest(limit: number): Promise<Expiry[]> {
    return this.#nearest(longLived, { limit })
  }

  /**
   * What has half of its life left at most and is not replaced in time, up to 200 of a kind. An agent that is not connected
   * is told of as such, not by its certificate.
   */
  async overdue(): Promise<Expiry[]> {
    const now = this.#parts.clock.now()
    const slots = await this.#parts.slotEnds.overdue(now, mostOverdue)
    const found = await Promise.all([
      this.#ofSlots(slots),
      ...everything.filter((kind) => kind !== 'identity').map((kind) => this.#ends(kind, { limit: mostOverdue })),
    ])
    const ends = found.flat().map((end) => this.#expiry(end, now))
    const late = ends.filter(({ overdue, stage }) => overdue && stage !== null)
    const agents = late.filter(({ kind }) => kind === 'agent_certificate').map(({ id }) => id)
    const connected = await this.#parts.agents.describe(agents)
    return late.filter(({ kind, id }) => kind !== 'agent_certificate' || connected.get(id)?.connected === true)
  }

  async #nearest(kinds: readonly ExpiryKind[], query: EndsQuery): Promise<Expiry[]> {
    const now = this.#parts.clock.now()
    const ends = (await Promise.all(kinds.map((kind) => this.#ends(kind, query)))).flat()
    return ends
      .filter(({ notAfter, id }) => isBeyond(query, notAfter, id))
      .sort((one, other) => one.notAfter - other.notAfter || (one.id < other.id ? -1 : 1))
      .slice(0, query.limit)
      .map((end) => this.#expiry(end, now))
  }

  #expiry({ notBefore, ...end }: Ends, now: number): Expiry {
    const life = { notBefore, notAfter: end.notAfter }
    return {
      ...end,
      lifeLeft: lifeLeft(life, now),
      stage: lifeStage(life, now),
      overdue: isOverdue(life, end.renewsAt, now),
    }
  }

  async #ends(kind: ExpiryKind, query: EndsQuery): Promise<Ends[]> {
    const { slotEnds, clientEnds, keys, authorities, serverCertificate, clock } = this.#parts
    const since = clock.now() - endedShownMs
    switch (kind) {
      case 'authority':
        return authorities.lives.map(ofAuthority)
      case 'signing_key':
        return [ofKey(await keys.outlook())]
      case 'server_certificate': {
        const own = serverCertificate()
        const { notBefore = 0, notAfter = 0 } = own ?? {}
        return own ? [{ kind, id: 'services', name: 'Services', notBefore, notAfter, renewsAt: null, path: null }] : []
      }
      case 'identity':
        return this.#ofSlots(await slotEnds.nearest(query))
      case 'client_secret':
        return (await clientEnds.secrets({ ...query, since })).map(({ principalId, ...end }) => ({
          ...{ ...end, kind, renewsAt: null, path: pagePaths.application(principalId, 'secrets') },
        }))
      case 'registered_certificate':
        return (await clientEnds.certificates({ ...query, since })).map(({ principalId, ...end }) => ({
          ...{ ...end, kind, renewsAt: null, path: pagePaths.application(principalId, 'certificates') },
        }))
      case 'agent_certificate':
        return this.#ofAgents(query)
    }
  }

  async #ofSlots(slots: Awaited<ReturnType<SlotEndsStore['nearest']>>): Promise<Ends[]> {
    const instances = await this.#instances(slots.map(({ agentId }) => agentId))
    return slots.map(({ id, name, principalId, agentId, notBefore, notAfter, renewsAt }) => {
      const instance = instances.get(agentId)
      const own = !instance || instance.principalId === principalId
      const called = own ? (instance?.name ?? name) : `${name} on ${instance.name}`
      const path = instance ? pagePaths.instance(instance.id, 'certificates') : null
      return { kind: 'identity', id, name: called, notBefore, notAfter, renewsAt, path }
    })
  }

  async #ofAgents(query: EndsQuery): Promise<Ends[]> {
    const agents = await this.#parts.agentEnds.nearest({ ...query, since: this.#parts.clock.now() })
    const instances = await this.#instances(agents.map(({ id }) => id))
    return agents.map(({ id, name, notAfter, renewsAt }) => {
      const instance = instances.get(id)
      const path = instance ? pagePaths.instance(instance.id, 'agent') : null
      const life = { notBefore: notAfter - certificateMs, notAfter }
      return { kind: 'agent_certificate', id, name: instance?.name ?? name, ...life, renewsAt, path }
    })
  }

  async #instances(agentIds: readonly string[]) {
    const distinct = [...new Set(agentIds)]
    const found = await Promise.all(distinct.map((id) => this.#parts.resources.ofAgent(AgentId.parse(id))))
    return new Map(found.flatMap(([instance], index) => (instance ? [[distinct[index] ?? '', instance] as const] : [])))
  }
}

function isBeyond({ after }: EndsQuery, at: number, id: string): boolean {
  return after === undefined || at > after.at || (at === after.at && id > after.id)
}

function ofAuthority({ id, subject, ...life }: CertificateAuthorities['lives'][number]): Ends {
  const name = subject.replace(/^CN=/, '')
  return { kind: 'authority', id, name, ...life, path: pagePaths.keys }
}

function ofKey({ kid, notBefore, notAfter, nextAt }: KeyOutlook): Ends {
  return { kind: 'signing_key', id: kid, name: kid, notBefore, notAfter, renewsAt: nextAt, path: pagePaths.keys }
}
