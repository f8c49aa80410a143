import type { Page, PageQuery } from '@signet/shared/api/paging'
import {
  type UsageFacets,
  type UsageList as UsagePage,
  type UsageSort,
  type UsageSummary,
  type UsingPrincipal,
  usageShownDays,
} from '@signet/shared/api/usage'
import { usageFields } from '@signet/shared/query/usage-fields'
import type { AuditLog } from '../audit/index.ts'
import type { Clock } from '../platform/clock.ts'
import type { Database } from '../platform/database/database.ts'
import type { Cursors } from '../platform/database/paging.ts'
import type { PrincipalsTable } from '../platform/database/principal-tables.ts'
import { type ExportColumns, exportedTime } from '../platform/export-file.ts'
import { everyRow, type ListExports, listExports } from '../platform/list-exports.ts'
import { requireTerms } from '../platform/query-text.ts'
import { type LastUse, stateWords } from './application-summary.ts'
import type { Principal } from './principal.ts'
import { toPrincipal } from './principals-store.ts'
import { useCondition } from './use-list-filter.ts'
import { UseListStore } from './use-list-store.ts'

/** What was counted of a principal within the last 90 days. */
export type UseNumbers = Pick<UsageSummary, 'audiences' | 'instances' | 'tokens' | 'refused' | 'days'>

interface ListParts {
  readonly database: Database
  readonly cursors: Cursors
  readonly lastUse: LastUse
  /** Of those that did anything at all. */
  readonly numbersOf: (principalIds: readonly string[]) => Promise<ReadonlyMap<string, UseNumbers>>
  readonly audit: AuditLog
  readonly clock: Clock
  readonly tenantId: string
}

interface Sorted {
  readonly filter?: string | undefined
  readonly sort: UsageSort
}

/** The list of principals of all kinds by their use: by filter and sorting, and as a file. */
export class UseList {
  readonly exports: ListExports<UsageSort>
  readonly #parts: ListParts
  readonly #store: UseListStore

  constructor(parts: ListParts) {
    this.#parts = parts
    this.#store = new UseListStore(parts.database, parts.cursors, parts.tenantId)
    this.exports = listExports<UsageSummary, UsageSort>({
      name: 'principals',
      action: 'usage.exported',
      columns,
      check: (filter) => requireTerms(filter, usageFields),
      each: (query) => everyRow((at) => this.#page({ ...query, ...at })),
      named: (ids, sort) => everyRow(async (at) => this.#shown(await this.#store.namedPage(ids, { ...at, sort }))),
      audit: parts.audit,
      clock: parts.clock,
    })
  }

  /** @throws SignetError `invalid_request` for a filter that cannot be read (with its faults), or a foreign cursor */
  async page(query: PageQuery & Sorted): Promise<UsagePage> {
    const page = await this.#page(query)
    if (query.cursor !== undefined) return { ...page, count: null }
    const terms = requireTerms(query.filter, usageFields)
    const shown = terms.length > 0 ? useCondition(terms, this.#parts.clock.now()) : undefined
    return { ...page, count: await this.#store.count(shown) }
  }

  /** How many have each value; what the filter box offers. */
  facets(): Promise<UsageFacets> {
    return this.#store.facets()
  }

  async #page(query: PageQuery & Sorted): Promise<Page<UsageSummary>> {
    const condition = useCondition(requireTerms(query.filter, usageFields), this.#parts.clock.now())
    return this.#shown(await this.#store.page({ ...query, condition }))
  }

  async #shown({ items, nextCursor }: Page<PrincipalsTable>): Promise<Page<UsageSummary>> {
    const ids = items.map((row) => row.object_id)
    const numbers = await this.#parts.numbersOf(ids)
    const uses = this.#parts.lastUse(ids)
    const shown = items.map((row) => ({
      ...usingPrincipal(toPrincipal(row)),
      clientId: toPrincipal(row).clientId,
      createdAt: row.created_at,
      lastToken: uses.get(row.object_id) ?? null,
      newHostAt: row.new_host_key === 0 ? null : row.new_host_key,
      ...(numbers.get(row.object_id) ?? noNumbers),
    }))
    return { items: shown, nextCursor }
  }
}

export function usingPrincipal(principal: Principal): UsingPrincipal {
  const { objectId: principalId, displayName: name, kind, state, ownerInstanceId: instanceId } = principal
  return { principalId, name, kind, state: stateWords[state], instanceId }
}

const noNumbers: UseNumbers = {
  ...{ audiences: 0, instances: 0, tokens: 0, refused: 0 },
  days: Array<number>(usageShownDays).fill(0),
}

const columns: ExportColumns<UsageSummary> = [
  ['principal_id', (row) => row.principalId],
  ['client_id', (row) => row.clientId],
  ['name', (row) => row.name],
  ['kind', (row) => row.kind],
  ['state', (row) => row.state],
  ['instance_id', (row) => row.instanceId],
  ['last_token', (row) => exportedTime(row.lastToken?.at)],
  ['last_token_audience', (row) => row.lastToken?.audience ?? null],
  ['new_host', (row) => exportedTime(row.newHostAt ?? undefined)],
  ['audiences_90d', (row) => row.audiences],
  ['instances_90d', (row) => row.instances],
  ['tokens_90d', (row) => row.tokens],
  ['refused_90d', (row) => row.refused],
  ['created', (row) => exportedTime(row.createdAt)],
]
