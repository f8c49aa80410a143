import type { Audience, AudienceFacets, AudienceList as AudiencePage, AudienceSort } from '@signet/shared/api/audiences'
import type { Page, PageQuery } from '@signet/shared/api/paging'
import { audienceFields } from '@signet/shared/query/audience-fields'
import { AudienceId } from '@signet/shared/vocabulary/identifiers'
import { dayMs } from '@signet/shared/vocabulary/time'
import type { AuditLog } from '../audit/index.ts'
import type { Clock } from '../platform/clock.ts'
import type { Database } from '../platform/database/database.ts'
import type { Condition } from '../platform/database/filter-sql.ts'
import type { Cursors } from '../platform/database/paging.ts'
import { type ExportColumns, exportedTime } from '../platform/export-file.ts'
import { everyRow, type ListExports, listExports } from '../platform/list-exports.ts'
import { requireTerms } from '../platform/query-text.ts'
import type { RequestContext } from '../platform/request-context.ts'
import type { Tx } from '../platform/transaction.ts'
import { AppRolesStore } from './app-roles-store.ts'
import { type AudienceAct, verdictOfAudience } from './audience-acts.ts'
import { audienceCondition } from './audience-filter.ts'
import { AudienceListStore } from './audience-list-store.ts'
import { type Audiences, namesOf, quietMs, shownAudience } from './audiences.ts'
import { toResourceApp } from './resource-apps.ts'
import type { TokenUsageStore } from './token-usage-store.ts'

interface ListParts {
  readonly database: Database
  readonly cursors: Cursors
  readonly audiences: Pick<Audiences, 'perform'>
  readonly usage: Pick<TokenUsageStore, 'issuedFor'>
  readonly audit: AuditLog
  readonly clock: Clock
}

interface Sorted {
  readonly filter?: string | undefined
  readonly sort: AudienceSort
}

/** The list of registered audiences: by filter and sorting, as a file, and for acts on many at once. */
export class AudienceList {
  readonly acts = ['enable', 'disable', 'delete'] as const
  readonly exports: ListExports<AudienceSort>
  readonly #parts: ListParts
  readonly #store: AudienceListStore
  readonly #roles: AppRolesStore

  constructor(parts: ListParts) {
    this.#parts = parts
    this.#store = new AudienceListStore(parts.database, parts.cursors)
    this.#roles = new AppRolesStore(parts.database)
    this.exports = listExports<Audience, AudienceSort>({
      name: 'audiences',
      action: 'audiences.exported',
      columns,
      check: (filter) => requireTerms(filter, audienceFields),
      each: ({ filter, sort }) => this.#each(this.#conditionOf(filter), sort),
      named: (ids, sort) => this.#each(this.#store.isNamed(ids), sort),
      audit: parts.audit,
      clock: parts.clock,
    })
  }

  /** @throws SignetError `invalid_request` for a filter that cannot be read (with its faults), or a foreign cursor */
  async page(query: PageQuery & Sorted): Promise<AudiencePage> {
    const condition = this.#conditionOf(query.filter)
    const page = await this.#page(condition, query)
    if (query.cursor !== undefined) return { ...page, count: null }
    const isFiltered = requireTerms(query.filter, audienceFields).length > 0
    return { ...page, count: await this.#store.count(isFiltered ? condition : undefined) }
  }

  /** How many have each value; what the filter box offers. */
  facets(): Promise<AudienceFacets> {
    return this.#store.facets()
  }

  async select(filter: string, { after, limit }: { after?: string | undefined; limit: number }) {
    const condition = this.#conditionOf(filter)
    const { items, nextCursor } = await this.#store.page({ condition, sort: 'uri', cursor: after, limit })
    return { ids: items.map(({ id }) => id), next: nextCursor }
  }

  async names(ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
    return new Map((await this.#store.named(ids)).map((row) => [row.id, row.display_name]))
  }

  /** What an act would do to each; those that are gone are left out. Tokens are counted by days of UTC. */
  async judge(act: AudienceAct, ids: readonly string[]) {
    const { usage, clock } = this.#parts
    const now = clock.now()
    const apps = (await this.#store.named(ids)).map(toResourceApp)
    const assigned = await this.#roles.countsOf(apps.map(({ id }) => id))
    return new Map(
      apps.map((app) => {
        const isAssigned = assigned.has(app.id)
        const wasAskedFor = usage.issuedFor(namesOf(app), now - quietMs)
        const isUsed = wasAskedFor && usage.issuedFor(namesOf(app), now - dayMs)
        return [
          String(app.id),
          { name: app.name, verdict: verdictOfAudience(act, app, { isAssigned, wasAskedFor }), isUsed },
        ]
      }),
    )
  }

  perform(tx: Tx, context: RequestContext, act: AudienceAct, id: string, meant: { reason?: string | undefined }) {
    return this.#parts.audiences.perform(tx, context, act, AudienceId.parse(id), meant)
  }

  #each(condition: Condition, sort: AudienceSort): AsyncGenerator<Audience> {
    return everyRow((at) => this.#page(condition, { ...at, sort }))
  }

  async #page(
    condition: Condition,
    query: { sort: AudienceSort; cursor?: string | undefined; limit: number },
  ): Promise<Page<Audience>> {
    const { items, nextCursor } = await this.#store.page({ ...query, condition })
    const counts = await this.#roles.countsOf(items.map(({ id }) => id))
    return { items: items.map((row) => shownAudience(toResourceApp(row), counts.get(row.id) ?? 0)), nextCursor }
  }

  #conditionOf(filter: string | undefined): Condition {
    return audienceCondition(requireTerms(filter, audienceFields), this.#parts.clock.now())
  }
}

const columns: ExportColumns<Audience> = [
  ['id', (row) => row.id],
  ['app_id', (row) => row.appId],
  ['uri', (row) => row.uri],
  ['name', (row) => row.name],
  ['enabled', (row) => yesNo(row.enabled)],
  ['built_in', (row) => yesNo(row.builtIn)],
  ['token_version', (row) => row.tokenVersion],
  ['lifetime_seconds', (row) => row.lifetimeSeconds],
  ['assignment_required', (row) => yesNo(row.assignmentRequired)],
  ['roles', (row) => row.roles.map(({ value }) => value).join(' ')],
  ['assignments', (row) => row.assignments],
  ['created', (row) => exportedTime(row.createdAt)],
]

function yesNo(is: boolean): string {
  return is ? 'yes' : 'no'
}
