import { join } from 'node:path'
import type { Page, PageQuery } from '@signet/shared/api/paging'
import type { TokenHistogram, TokenLogEntry } from '@signet/shared/api/resources'
import { type Kysely, type RawBuilder, type SqlBool, sql } from 'kysely'
import type { Cursors } from '../platform/database/paging.ts'
import { openReports } from '../platform/database/reports.ts'
import { firstIdAt, idBoundAt } from '../platform/identifiers.ts'
import { bucketsOver } from '../platform/time-buckets.ts'
import { type TokenRow, toEntry, tokenColumns, tokenList } from './issuance-log-store.ts'

/** Which requests of a principal; the instants are epoch milliseconds, and `to` is not included. */
export interface ActivityFilter {
  /** `refused` is whatever is not `ok`. */
  readonly result?: 'ok' | 'refused' | undefined
  readonly audience?: string | undefined
  readonly from?: number | undefined
  readonly to?: number | undefined
}

/**
 * Questions about one principal's requests that may look at many rows to find a few; they run in a thread of their own,
 * so that tokens never wait for them.
 */
export class TokenActivityStore {
  readonly #reports: Kysely<never>
  readonly #cursors: Cursors

  /** `telemetry.db` must be there already, as whoever writes it has made it. */
  constructor(dataDir: string, cursors: Cursors) {
    this.#reports = openReports<never>(join(dataDir, 'telemetry.db'))
    this.#cursors = cursors
  }

  /** Newest first. */
  async page(principalId: string, query: PageQuery & ActivityFilter): Promise<Page<TokenLogEntry>> {
    const before = this.#cursors.read(tokenList, query.cursor)?.[0] ?? '~'
    const { rows } = await sql<TokenRow>`SELECT ${sql.raw(tokenColumns)} FROM token_log
      WHERE principal_id = ${principalId} AND id < ${before} AND ${conditionOf(query)}
      ORDER BY id DESC LIMIT ${query.limit + 1}`.execute(this.#reports)
    return this.#cursors.page(rows, { list: tokenList, limit: query.limit, keyOf: (row) => [row.id], map: toEntry })
  }

  /** Matching requests over time, in at most 120 bars. */
  async histogram(principalId: string, query: ActivityFilter & { from: number; to: number }): Promise<TokenHistogram> {
    const { from, to, bucketMs } = bucketsOver(query)
    const { rows } = await sql<{ bucket: number; ok: number; n: number }>`
      SELECT cast((at - ${from}) / ${bucketMs} AS INTEGER) AS bucket, outcome = 'ok' AS ok, count(*) AS n FROM token_log
      WHERE principal_id = ${principalId} AND ${conditionOf({ ...query, from, to })} GROUP BY 1, 2`.execute(
      this.#reports,
    )
    const buckets = Array.from({ length: Math.ceil((to - from) / bucketMs) }, (_, index) => ({
      ...{ at: from + index * bucketMs, ok: 0, refused: 0 },
    }))
    for (const { bucket, ok, n } of rows) {
      const into = buckets[bucket]
      if (into) into[ok === 1 ? 'ok' : 'refused'] = n
    }
    return { bucketMs, buckets }
  }

  close(): Promise<void> {
    return this.#reports.destroy()
  }
}

function conditionOf({ result, audience, from, to }: ActivityFilter): RawBuilder<SqlBool> {
  const conditions = [sql<SqlBool>`1`]
  if (result !== undefined) conditions.push(result === 'ok' ? sql`outcome = 'ok'` : sql`outcome <> 'ok'`)
  if (audience !== undefined) conditions.push(sql`audience = ${audience}`)
  // IDs rise with time, so a range of time is a stretch of the index.
  if (from !== undefined) conditions.push(sql`id >= ${firstIdAt(from)} AND at >= ${from}`)
  if (to !== undefined) conditions.push(sql`id < ${idBoundAt(to)} AND at < ${to}`)
  return sql<SqlBool>`(${sql.join(conditions, sql` AND `)})`
}
