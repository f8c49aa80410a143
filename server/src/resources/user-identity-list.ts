import type { Page, PageQuery } from '@signet/shared/api/paging'
import type {
  UserIdentityFacets,
  UserIdentityList as UserIdentityPage,
  UserIdentitySort,
  UserIdentitySummary,
} from '@signet/shared/api/user-identities'
import { userIdentityFields } from '@signet/shared/query/user-identity-fields'
import { ObjectId } from '@signet/shared/vocabulary/identifiers'
import { dayMs } from '@signet/shared/vocabulary/time'
import type { AuditLog } from '../audit/index.ts'
import type { Clock } from '../platform/clock.ts'
import type { Database } from '../platform/database/database.ts'
import type { Condition } from '../platform/database/filter-sql.ts'
import type { Cursors } from '../platform/database/paging.ts'
import { type ExportColumns, exportedTime } from '../platform/export-file.ts'
import { everyRow, listExports } from '../platform/list-exports.ts'
import { requireTerms } from '../platform/query-text.ts'
import type { RequestContext } from '../platform/request-context.ts'
import type { Tx } from '../platform/transaction.ts'
import type { TokenUsage } from './instance-view.ts'
import type { UserIdentities } from './user-identities.ts'
import { type UserIdentity, type UserIdentityAct, verdictOfUserIdentity } from './user-identity.ts'
import { userIdentityCondition } from './user-identity-filter.ts'
import { UserIdentityListStore } from './user-identity-list-store.ts'
import { userIdentitySummaries } from './user-identity-summary.ts'

interface ListParts {
  readonly database: Database
  readonly cursors: Cursors
  readonly users: Pick<UserIdentities, 'perform'>
  readonly usage: Pick<TokenUsage, 'lastUse'>
  /** Identities with a federated credential that trusts too much. */
  readonly broad: () => Promise<readonly string[]>
  readonly audit: AuditLog
  readonly clock: Clock
  readonly tenantId: string
}

interface Sorted {
  readonly filter?: string | undefined
  readonly sort: UserIdentitySort
}

/** The list of user-assigned identities: by filter and sorting, as a file, and for acts on many at once. */
export class UserIdentityList {
  readonly acts = ['pause', 'resume', 'delete', 'restore'] as const
  readonly exports
  readonly #parts: ListParts
  readonly #store: UserIdentityListStore

  constructor(parts: ListParts) {
    this.#parts = parts
    this.#store = new UserIdentityListStore(parts.database, parts.cursors, parts.tenantId)
    this.exports = listExports<UserIdentitySummary, UserIdentitySort>({
      name: 'identities',
      action: 'identities.exported',
      columns,
      check: (filter) => requireTerms(filter, userIdentityFields),
      each: (query) => this.#each(query),
      named: (ids, sort) => everyRow(async (at) => this.#shown(await this.#store.namedPage(ids, { ...at, sort }))),
      audit: parts.audit,
      clock: parts.clock,
    })
  }

  /** @throws SignetError `invalid_request` for a filter that cannot be read (with its faults), or a foreign cursor */
  async page(query: PageQuery & Sorted): Promise<UserIdentityPage> {
    const condition = await this.#conditionOf(query.filter)
    const page = await this.#page(condition, query)
    if (query.cursor !== undefined) return { ...page, count: null }
    const isFiltered = requireTerms(query.filter, userIdentityFields).length > 0
    return { ...page, count: await this.#store.count(isFiltered ? condition : undefined) }
  }

  /** How many have each value; what the filter box offers. */
  async facets(): Promise<UserIdentityFacets> {
    return this.#store.facets(await this.#parts.broad())
  }

  async select(filter: string, { after, limit }: { after?: string | undefined; limit: number }) {
    const condition = await this.#conditionOf(filter)
    const { items, nextCursor } = await this.#store.page({ condition, sort: 'name', cursor: after, limit })
    return { ids: items.map(({ principalId }) => principalId), next: nextCursor }
  }

  async names(ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
    return new Map((await this.#named(ids)).map(({ principalId, name }) => [principalId, name]))
  }

  /** What an act would do to each; those that are gone are left out. */
  async judge(act: UserIdentityAct, ids: readonly string[]) {
    const now = this.#parts.clock.now()
    const uses = this.#parts.usage.lastUse(ids)
    const judged = (identity: UserIdentity) => {
      const usedAt = uses.get(identity.principalId)?.at
      const isUsed = usedAt !== undefined && now - usedAt < dayMs
      return { name: identity.name, verdict: verdictOfUserIdentity(act, identity, now), isUsed }
    }
    return new Map((await this.#named(ids)).map((identity) => [String(identity.principalId), judged(identity)]))
  }

  async perform(
    tx: Tx,
    context: RequestContext,
    act: UserIdentityAct,
    id: string,
    meant: { reason?: string | undefined },
  ): Promise<{ changed: boolean }> {
    return { changed: await this.#parts.users.perform(tx, context, act, ObjectId.parse(id), meant) }
  }

  async *#each({ filter, sort }: Sorted): AsyncGenerator<UserIdentitySummary> {
    const condition = await this.#conditionOf(filter)
    yield* everyRow((at) => this.#page(condition, { ...at, sort }))
  }

  async #page(
    condition: Condition,
    query: { sort: UserIdentitySort; cursor?: string | undefined; limit: number },
  ): Promise<Page<UserIdentitySummary>> {
    return this.#shown(await this.#store.page({ ...query, condition }))
  }

  #shown({ items, nextCursor }: Page<UserIdentity>): Page<UserIdentitySummary> {
    const { usage, clock } = this.#parts
    return { items: userIdentitySummaries(items, usage, clock.now()), nextCursor }
  }

  async #named(ids: readonly string[]): Promise<UserIdentity[]> {
    return (await this.#store.namedPage(ids, { sort: 'name', limit: Math.max(ids.length, 1) })).items
  }

  async #conditionOf(filter: string | undefined): Promise<Condition> {
    const terms = requireTerms(filter, userIdentityFields)
    const asks = terms.some((term) => term.kind === 'field' && term.field === 'broad')
    const broad = asks ? await this.#parts.broad() : []
    return userIdentityCondition(terms, { nowMs: this.#parts.clock.now(), broad })
  }
}

const columns: ExportColumns<UserIdentitySummary> = [
  ['principal_id', (row) => row.principalId],
  ['client_id', (row) => row.clientId],
  ['name', (row) => row.name],
  ['resource_group', (row) => row.resourceGroup],
  ['resource_id', (row) => row.resourceId],
  ['state', (row) => row.state],
  ['instances', (row) => row.instances],
  ['last_token', (row) => exportedTime(row.lastToken?.at)],
  ['last_token_audience', (row) => row.lastToken?.audience ?? null],
  ['restorable_until', (row) => exportedTime(row.restorableUntil)],
  ['created', (row) => exportedTime(row.createdAt)],
]
