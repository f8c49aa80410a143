import { setImmediate } from 'node:timers/promises'
import type {
  InstanceFacets,
  InstanceList as InstancePage,
  InstanceSort,
  InstanceSummary,
} from '@signet/shared/api/resources'
import { instanceFields } from '@signet/shared/query/instance-fields'
import type { Term } from '@signet/shared/query/terms'
import { type CredentialId, InstanceId } from '@signet/shared/vocabulary/identifiers'
import type { Clock } from '../platform/clock.ts'
import type { Database } from '../platform/database/database.ts'
import type { Cursors } from '../platform/database/paging.ts'
import { requireTerms } from '../platform/query-text.ts'
import type { Transactor } from '../platform/transaction.ts'
import type { PrincipalRegistry } from '../principals/index.ts'
import type { SlotDirectory } from '../rotation/index.ts'
import { compileInstanceFilter } from './instance-filter.ts'
import { hourOf, listRowOf } from './instance-list-row.ts'
import { type FoundRows, InstanceListStore, mostCounted } from './instance-list-store.ts'
import type { InstanceView } from './instance-view.ts'
import { ResourcesStore } from './resources-store.ts'

/** A change on the feed, as the list reads it. */
interface FeedChange {
  readonly seq: number
  readonly kind: string
  readonly id: string
}

/** What the list asks of the change feed. */
export interface ChangeSource {
  latestSeq(): Promise<number>
  /** Oldest first; undefined when changes after `seq` have been forgotten. */
  changesAfter(seq: number, most: number): Promise<readonly FeedChange[] | undefined>
}

interface InstanceListParts {
  readonly store: InstanceListStore
  readonly resources: ResourcesStore
  readonly view: InstanceView
  readonly principalsOfCredentials: (ids: readonly CredentialId[]) => Promise<ReadonlyMap<string, string>>
  readonly principalsOfRuns: (runIds: readonly string[]) => Promise<readonly string[]>
  readonly feed: ChangeSource
  readonly database: Transactor
  readonly clock: Clock
}

export interface InstanceQuery {
  readonly filter?: string | undefined
  readonly sort: InstanceSort
  readonly cursor?: string | undefined
  readonly limit: number
}

/** Wires the list to what it repeats. */
export function openInstanceList(parts: {
  database: Database
  cursors: Cursors
  clock: Clock
  tenantId: string
  view: InstanceView
  slots: Pick<SlotDirectory, 'principalsOfRuns'>
  registry: Pick<PrincipalRegistry, 'credentials'>
}): Promise<InstanceList> {
  const { database, cursors } = parts
  return InstanceList.open({
    ...parts,
    store: new InstanceListStore(database, cursors, parts.tenantId),
    resources: new ResourcesStore(database),
    principalsOfCredentials: async (ids) => {
      const credentials = await parts.registry.credentials.byIds(ids)
      return new Map(credentials.map(({ id, principalId }) => [id, principalId]))
    },
    principalsOfRuns: (runIds) => parts.slots.principalsOfRuns(runIds),
    feed: database,
  })
}

const portion = 200
const changesAtOnce = 2_000
const mostRemembered = 200_000

/**
 * The list of instances by filter and sorting, at any length. It reads a table of its own that repeats facts of four
 * domains (ADR-0009): before every answer the table is brought up to the newest change and to the present time, so an
 * answer never lags behind what was committed when it was asked for.
 */
export class InstanceList {
  readonly #parts: InstanceListParts
  /** The hour of the last use that was written, by credential. */
  readonly #usedIn = new Map<CredentialId, number>()
  /** Principals whose rows are to be read again. */
  #doubtful = new Set<string>()
  #applied: number | undefined
  #running: Promise<void> | undefined

  private constructor(parts: InstanceListParts) {
    this.#parts = parts
  }

  static async open(parts: InstanceListParts): Promise<InstanceList> {
    const list = new InstanceList(parts)
    await parts.database.transact((tx) => parts.store.nobodyConnected(tx))
    return list
  }

  /** @throws SignetError `invalid_request` for a filter that cannot be read (with its faults), or a foreign cursor */
  async page({ filter, ...query }: InstanceQuery): Promise<InstancePage> {
    const terms = requireTerms(filter, instanceFields)
    const found = await this.#found(terms)
    const { items, nextCursor } = await this.#parts.store.page(found, query)
    const count = query.cursor === undefined ? await this.#count(found, terms.length > 0) : null
    return { items: await this.#summaries(items), nextCursor, count }
  }

  /**
   * IDs of what matches, in portions, always in the same order.
   *
   * @param portion `after` is the `next` of the portion before
   * @throws SignetError `invalid_request`
   */
  async select(
    filter: string,
    portion: { after?: string | undefined; limit: number },
  ): Promise<{ ids: InstanceId[]; next: string | null }> {
    const found = await this.#found(requireTerms(filter, instanceFields))
    const { after: cursor, limit } = portion
    const page = await this.#parts.store.page(found, { sort: 'name', cursor, limit })
    return { ids: page.items.map((id) => InstanceId.parse(id)), next: page.nextCursor }
  }

  /** Everything that matches, in the order of the list, page by page; others are served in between. */
  async *each({ filter, sort }: Pick<InstanceQuery, 'filter' | 'sort'>): AsyncGenerator<InstanceSummary> {
    const terms = requireTerms(filter, instanceFields)
    let cursor: string | undefined
    do {
      const page = await this.#parts.store.page(await this.#found(terms), { sort, cursor, limit: portion })
      yield* await this.#summaries(page.items)
      cursor = page.nextCursor ?? undefined
      await setImmediate()
    } while (cursor !== undefined)
  }

  /** Those of these that are there, in the order of the list, in portions; others are served in between. */
  async *named(ids: readonly string[], sort: InstanceSort): AsyncGenerator<InstanceSummary> {
    await this.#upToDate()
    const found = await this.#parts.store.inOrder(ids, sort)
    for (let start = 0; start < found.length; start += portion) {
      yield* await this.#summaries(found.slice(start, start + portion))
      await setImmediate()
    }
  }

  /** How many instances have each value; what the filter box offers. */
  async facets(): Promise<InstanceFacets> {
    await this.#upToDate()
    const facets: InstanceFacets = { state: {}, kind: {}, agent: {}, 'agent-version': {}, tag: {} }
    for (const { field, value, count } of await this.#parts.store.counts()) {
      if (isFacet(field) && value !== '') facets[field][value] = count
    }
    return facets
  }

  /** Tokens were given out for these credentials; the list keeps the hour. */
  async credentialsUsed(at: ReadonlyMap<CredentialId, number>): Promise<void> {
    const { database, store, principalsOfCredentials } = this.#parts
    const isNew = ([id, instant]: [CredentialId, number]) => (this.#usedIn.get(id) ?? 0) < hourOf(instant)
    const fresh = [...at].filter(isNew)
    if (fresh.length === 0) return
    const principals = await principalsOfCredentials(fresh.map(([id]) => id))
    const hours = new Map<string, number>()
    for (const [id, instant] of fresh) {
      const principalId = principals.get(id)
      if (principalId !== undefined) hours.set(principalId, Math.max(hours.get(principalId) ?? 0, hourOf(instant)))
    }
    await database.transact((tx) => store.used(tx, hours))
    if (this.#usedIn.size > mostRemembered) this.#usedIn.clear()
    for (const [id, instant] of fresh) this.#usedIn.set(id, hourOf(instant))
  }

  /** Something happened to a principal that no change tells of. */
  lookAgain(principalId: string): void {
    this.#doubtful.add(principalId)
  }

  /** Brings the table up to date now, so that nobody who asks has to wait for it. */
  async settle(): Promise<void> {
    await this.#upToDate()
  }

  async #found(terms: readonly Term[]): Promise<FoundRows> {
    return this.#parts.store.find(compileInstanceFilter(terms, await this.#upToDate()))
  }

  async #count(found: FoundRows, isFiltered: boolean): Promise<InstancePage['count']> {
    const all = await this.#parts.store.all()
    if (!isFiltered) return { shown: all, isCapped: false, all }
    const matching = await this.#parts.store.count(found)
    return { shown: Math.min(matching, mostCounted), isCapped: matching > mostCounted, all }
  }

  async #summaries(ids: readonly string[]): Promise<InstanceSummary[]> {
    const found = new Map((await this.#parts.resources.findAll(ids)).map((each) => [String(each.id), each]))
    return this.#parts.view.summaries(ids.flatMap((id) => found.get(id) ?? []))
  }

  /** @returns the instant up to which the table is right */
  async #upToDate(): Promise<number> {
    const { feed, store, clock } = this.#parts
    const wanted = await feed.latestSeq()
    for (;;) {
      // The time is read anew each time: a clock that was set back would leave rows due for ever.
      const now = clock.now()
      this.#applied ??= await store.progress()
      const isBehind = this.#applied < wanted || this.#doubtful.size > 0 || (await store.due(now, 1)).length > 0
      if (!isBehind) return now
      this.#running ??= this.#catchUp().finally(() => {
        this.#running = undefined
      })
      await this.#running
    }
  }

  /** One at a time, so that no row is written from two readings of which the older comes last. */
  async #catchUp(): Promise<void> {
    const { feed, store, clock } = this.#parts
    if ((this.#applied ?? 0) < (await feed.latestSeq())) await this.#apply()
    await this.#settleDoubts()
    await this.#refresh(await store.due(clock.now(), changesAtOnce))
  }

  async #settleDoubts(): Promise<void> {
    const doubtful = this.#doubtful
    if (doubtful.size === 0) return
    this.#doubtful = new Set()
    try {
      await this.#refresh(await this.#parts.resources.idsConcerning({ principals: [...doubtful], agents: [] }))
    } catch (error) {
      for (const principalId of doubtful) this.#doubtful.add(principalId)
      throw error
    }
  }

  async #apply(): Promise<void> {
    const { feed, store, database } = this.#parts
    const from = this.#applied ?? 0
    const changes = await feed.changesAfter(from, changesAtOnce)
    const reached = changes?.at(-1)?.seq ?? (await feed.latestSeq())
    if (changes) await this.#refresh(await this.#touchedBy(changes))
    else await this.#rebuild()
    await database.transact((tx) => store.proceed(tx, reached))
    this.#applied = reached
  }

  /** Instances that a change may concern. */
  async #touchedBy(changes: readonly FeedChange[]): Promise<string[]> {
    const { resources, principalsOfRuns } = this.#parts
    const of = (...kinds: string[]) => [
      ...new Set(changes.flatMap(({ kind, id }) => (kinds.includes(kind) ? [id] : []))),
    ]
    if (of('policy').length > 0) {
      await this.#rebuild()
      return []
    }
    const principals = [...of('principal', 'slot'), ...(await principalsOfRuns(of('run')))]
    return [...new Set([...of('instance'), ...(await resources.idsConcerning({ principals, agents: of('agent') }))])]
  }

  async #rebuild(): Promise<void> {
    let after = ''
    for (;;) {
      const ids = await this.#parts.resources.idsAfter(after, portion)
      await this.#refresh(ids)
      after = ids.at(-1) ?? ''
      if (ids.length < portion) return
    }
  }

  async #refresh(ids: readonly string[]): Promise<void> {
    const { store, database, clock } = this.#parts
    for (let start = 0; start < ids.length; start += portion) {
      const some = ids.slice(start, start + portion)
      const summaries = await this.#summaries(some)
      const live = new Set(summaries.map((summary) => String(summary.id)))
      await database.transact(async (tx) => {
        await store.remove(
          tx,
          some.filter((id) => !live.has(id)),
        )
        for (const summary of summaries) await store.write(tx, listRowOf(summary, clock.now()))
      })
    }
  }
}

function isFacet(field: string): field is keyof InstanceFacets {
  return field === 'state' || field === 'kind' || field === 'agent' || field === 'agent-version' || field === 'tag'
}
