import { setImmediate } from 'node:timers/promises'
import type { Download } from '@signet/shared/api/contract'
import type { ExportFormat, Page } from '@signet/shared/api/paging'
import type { AuditAction } from '@signet/shared/vocabulary/audit-events'
import type { Clock } from './clock.ts'
import { type ExportColumns, exportFile } from './export-file.ts'
import type { RequestContext } from './request-context.ts'

/** Rows of one answer of the database. */
const portion = 200

/** A list that can be had as a file. */
interface ExportedRows<Row, Sort> {
  /** What the file and the count in the audit log are called. */
  readonly name: string
  readonly action: AuditAction
  readonly columns: ExportColumns<Row>
  /** @throws SignetError `invalid_request` for a filter that cannot be read */
  readonly check: (filter: string | undefined) => unknown
  /** What a filter shows, in the order of the list. */
  readonly each: (query: { filter: string | undefined; sort: Sort }) => AsyncIterable<Row>
  /** Those of these that are there, in the order of the list. */
  readonly named: (ids: readonly string[], sort: Sort) => AsyncIterable<Row>
  readonly audit: {
    record(context: RequestContext, event: { action: AuditAction; after: Record<string, unknown> }): Promise<void>
  }
  readonly clock: Clock
}

export interface ListExports<Sort> {
  export(
    input: { query: { filter?: string | undefined; sort: Sort; format: ExportFormat } },
    context: RequestContext,
  ): Promise<Download>
  exportSelected(
    input: { body: { ids: readonly string[]; sort: Sort; format: ExportFormat } },
    context: RequestContext,
  ): Promise<Download>
}

/**
 * The handlers of a list as a file, written while it is read. Times are UTC. The export is in the audit log before its
 * first byte leaves, and a filter that cannot be read is neither recorded nor answered with a file.
 */
export function listExports<Row, Sort>(list: ExportedRows<Row, Sort>): ListExports<Sort> {
  const { name, action, columns, audit, clock } = list
  const fileOf = (rows: AsyncIterable<Row>, format: ExportFormat) =>
    exportFile({ name, format, at: clock.now(), columns, rows })
  return {
    export: async ({ query: { filter, sort, format } }, context) => {
      list.check(filter)
      await audit.record(context, { action, after: { filter: filter ?? '', sort, format } })
      return fileOf(list.each({ filter, sort }), format)
    },
    exportSelected: async ({ body: { ids, sort, format } }, context) => {
      const named = [...new Set(ids)]
      await audit.record(context, { action, after: { [name]: named.length, sort, format } })
      return fileOf(list.named(named, sort), format)
    },
  }
}

/** Every row of a list, page by page; others are served in between. */
export async function* everyRow<Row>(
  pageAt: (at: { cursor: string | undefined; limit: number }) => Promise<Page<Row>>,
): AsyncGenerator<Row> {
  let cursor: string | undefined
  do {
    const page = await pageAt({ cursor, limit: portion })
    yield* page.items
    cursor = page.nextCursor ?? undefined
    await setImmediate()
  } while (cursor !== undefined)
}
