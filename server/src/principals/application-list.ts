import type {
  ApplicationFacets,
  ApplicationList as ApplicationPage,
  ApplicationSort,
  ApplicationSummary,
} from '@signet/shared/api/applications'
import type { Page, PageQuery } from '@signet/shared/api/paging'
import { applicationFields } from '@signet/shared/query/application-fields'
import { ObjectId } from '@signet/shared/vocabulary/identifiers'
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
import { type ApplicationAct, verdictOfApplication } from './application-acts.ts'
import { applicationCondition, broadCondition, expiringCondition, proofConditions } from './application-filter.ts'
import { applicationSummaries, type LastUse } from './application-summary.ts'
import type { Applications } from './applications.ts'
import { type ApplicationRow, ApplicationsStore } from './applications-store.ts'
import { type ClientCredential, endingCredentials, isUsed } from './credential-expiry.ts'
import { toPrincipal } from './principals-store.ts'

interface ListParts {
  readonly database: Database
  readonly cursors: Cursors
  readonly applications: Pick<Applications, 'perform' | 'show'>
  readonly lastUse: LastUse
  readonly audit: AuditLog
  readonly clock: Clock
  readonly tenantId: string
}

interface Sorted {
  readonly filter?: string | undefined
  readonly sort: ApplicationSort
}

/** The list of applications: by filter and sorting, as a file, and for acts on many at once. */
export class ApplicationList {
  readonly acts = ['pause', 'resume', 'delete', 'restore'] as const
  readonly exports: ListExports<ApplicationSort>
  readonly #parts: ListParts
  readonly #store: ApplicationsStore

  constructor(parts: ListParts) {
    this.#parts = parts
    this.#store = new ApplicationsStore(parts.database, parts.cursors, parts.tenantId)
    this.exports = listExports<ApplicationSummary, ApplicationSort>({
      name: 'applications',
      action: 'applications.exported',
      columns,
      check: (filter) => requireTerms(filter, applicationFields),
      each: ({ filter, sort }) => this.#each(this.#conditionOf(filter), sort),
      named: (ids, sort) => everyRow(async (at) => this.#shown(await this.#store.namedPage(ids, { ...at, sort }))),
      audit: parts.audit,
      clock: parts.clock,
    })
  }

  /** @throws SignetError `invalid_request` for a filter that cannot be read (with its faults), or a foreign cursor */
  async page(query: PageQuery & Sorted): Promise<ApplicationPage> {
    const condition = this.#conditionOf(query.filter)
    const page = await this.#page(condition, query)
    if (query.cursor !== undefined) return { ...page, count: null }
    const isFiltered = requireTerms(query.filter, applicationFields).length > 0
    return { ...page, count: await this.#store.count(isFiltered ? condition : undefined) }
  }

  /** How many have each value; what the filter box offers. */
  facets(): Promise<ApplicationFacets> {
    const expiring = expiringCondition(this.#parts.clock.now())
    return this.#store.facets({ proof: proofConditions, expiring, broad: broadCondition })
  }

  async select(filter: string, { after, limit }: { after?: string | undefined; limit: number }) {
    const condition = this.#conditionOf(filter)
    const { items, nextCursor } = await this.#store.page({ condition, sort: 'name', cursor: after, limit })
    return { ids: items.map((row) => row.object_id), next: nextCursor }
  }

  async names(ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
    return new Map((await this.#store.named(ids)).map((row) => [row.object_id, row.display_name]))
  }

  /** What an act would do to each; those that are gone are left out. */
  async judge(act: ApplicationAct, ids: readonly string[]) {
    const now = this.#parts.clock.now()
    const uses = this.#parts.lastUse(ids)
    const judged = (row: ApplicationRow) => {
      const usedAt = uses.get(row.object_id)?.at
      const isUsed = usedAt !== undefined && now - usedAt < dayMs
      return { name: row.display_name, verdict: verdictOfApplication(act, toPrincipal(row), now), isUsed }
    }
    return new Map((await this.#store.named(ids)).map((row) => [row.object_id, judged(row)]))
  }

  async perform(
    tx: Tx,
    context: RequestContext,
    act: ApplicationAct,
    id: string,
    meant: { reason?: string | undefined },
  ): Promise<{ changed: boolean }> {
    return { changed: await this.#parts.applications.perform(tx, context, act, ObjectId.parse(id), meant) }
  }

  /** Of those that have some: the first to end of what they need and have not replaced. */
  async ending(
    ids: readonly ObjectId[],
  ): Promise<ReadonlyMap<string, { credential: ClientCredential; isUsed: boolean }>> {
    const now = this.#parts.clock.now()
    const found = await Promise.all(
      ids.map(async (id) => {
        const { secrets, certificates, federatedCredentials } = await this.#parts.applications.show(id)
        const all: ClientCredential[] = [
          ...secrets.map((each) => ({
            ...each,
            kind: 'secret' as const,
            label: each.description,
            endsAt: each.expiresAt,
          })),
          ...certificates.map((each) => ({
            ...each,
            kind: 'certificate' as const,
            label: each.thumbprint,
            endsAt: each.notAfter,
          })),
        ]
        const [first] = endingCredentials(all, federatedCredentials > 0, now)
        return first ? [[id, { credential: first, isUsed: isUsed(first, now) }] as const] : []
      }),
    )
    return new Map(found.flat())
  }

  #each(condition: Condition, sort: ApplicationSort): AsyncGenerator<ApplicationSummary> {
    return everyRow((at) => this.#page(condition, { ...at, sort }))
  }

  async #page(
    condition: Condition,
    query: { sort: ApplicationSort; cursor?: string | undefined; limit: number },
  ): Promise<Page<ApplicationSummary>> {
    return this.#shown(await this.#store.page({ ...query, condition }))
  }

  #shown({ items, nextCursor }: Page<ApplicationRow>): Page<ApplicationSummary> {
    return { items: applicationSummaries(items, this.#parts.lastUse), nextCursor }
  }

  #conditionOf(filter: string | undefined): Condition {
    return applicationCondition(requireTerms(filter, applicationFields), this.#parts.clock.now())
  }
}

const columns: ExportColumns<ApplicationSummary> = [
  ['principal_id', (row) => row.principalId],
  ['client_id', (row) => row.clientId],
  ['name', (row) => row.name],
  ['state', (row) => row.state],
  ['secrets', (row) => row.secrets],
  ['certificates', (row) => row.certificates],
  ['federated_credentials', (row) => row.federatedCredentials],
  ['last_expiry', (row) => exportedTime(row.lastExpiryAt)],
  ['last_token', (row) => exportedTime(row.lastToken?.at)],
  ['last_token_audience', (row) => row.lastToken?.audience ?? null],
  ['deleted', (row) => exportedTime(row.deletedAt)],
  ['restorable_until', (row) => exportedTime(row.purgeAt)],
  ['created', (row) => exportedTime(row.createdAt)],
]
