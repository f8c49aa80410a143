import { join } from 'node:path'
import type { Page, PageQuery } from '@signet/shared/api/paging'
import type { BlastRadius, TokenHistogram, TokenLogEntry } from '@signet/shared/api/resources'
import type { KeyBlastRadius } from '@signet/shared/api/signing-keys'
import { dayMs } from '@signet/shared/vocabulary/time'
import { type Kysely, type RawBuilder, type SqlBool, sql } from 'kysely'
import type { Clock } from '../platform/clock.ts'
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

/** The longest that a token lives (SEC-83): an older one has expired. */
const longestTokenMs = dayMs
const weekDays = 7
const mostRequests = 20_000

interface DayRow {
  readonly audience: string
  readonly tokens: number
  readonly lastAt: number
  readonly live: number
  readonly until: number | null
}

/**
 * Questions about principals' requests that may look at many rows to tell of few; they run in a thread of their own,
 * so that tokens never wait for them.
 */
export class TokenActivityStore {
  readonly #reports: Kysely<never>
  readonly #cursors: Cursors
  readonly #clock: Clock

  /** `telemetry.db` must be there already, as whoever writes it has made it. */
  constructor(dataDir: string, cursors: Cursors, clock: Clock) {
    this.#reports = openReports<never>(join(dataDir, 'telemetry.db'))
    this.#cursors = cursors
    this.#clock = clock
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

  /** What a principal got lately, and what of it is still out. One range of the log's index, of a day. */
  async recently(principalId: string): Promise<Pick<BlastRadius, 'day' | 'week' | 'live'>> {
    const now = this.#clock.now()
    const { rows } = await sql<DayRow>`
      SELECT audience, count(*) AS tokens, max(at) AS lastAt, sum(exp > ${now / 1_000}) AS live,
        max(iif(exp > ${now / 1_000}, exp, NULL)) AS until
      FROM token_log WHERE principal_id = ${principalId} AND id >= ${firstIdAt(now - longestTokenMs)} AND outcome = 'ok'
      GROUP BY audience ORDER BY tokens DESC, audience`.execute(this.#reports)
    const week = await sql<{ audience: string; tokens: number }>`
      SELECT audience, sum(ok_count) AS tokens FROM token_usage
      WHERE principal_id = ${principalId} AND day > ${Math.floor(now / dayMs) - weekDays} AND ok_count > 0
      GROUP BY audience ORDER BY tokens DESC, audience`.execute(this.#reports)
    const ends = rows.flatMap((row) => (row.until === null ? [] : [row.until * 1_000]))
    return {
      day: rows.map(({ audience, tokens, lastAt }) => ({ audience, tokens, lastAt })),
      week: week.rows,
      live: {
        tokens: rows.reduce((sum, row) => sum + row.live, 0),
        until: ends.length === 0 ? null : Math.max(...ends),
        audiences: rows.flatMap(({ audience, live, until }) =>
          until === null ? [] : [{ audience, tokens: live, until: until * 1_000 }],
        ),
      },
    }
  }

  /** Tokens of these principals that are out, when the last of them ends, and when one of these last got one. */
  async outstanding(
    principalIds: readonly string[],
  ): Promise<{ live: { tokens: number; until: number | null }; lastUsedAt: number | null }> {
    const now = this.#clock.now()
    const ids = JSON.stringify(principalIds)
    const out = await sql<{ tokens: number; until: number | null }>`
      SELECT count(*) AS tokens, max(exp) AS until FROM json_each(${ids}) AS asked
      CROSS JOIN token_log AS log ON log.principal_id = asked.value
        AND log.id >= ${firstIdAt(now - longestTokenMs)} AND outcome = 'ok' AND exp > ${now / 1_000}`.execute(
      this.#reports,
    )
    const used = await sql<{ at: number | null }>`
      SELECT max(last_at) AS at FROM json_each(${ids}) AS asked
      CROSS JOIN token_usage ON principal_id = asked.value AND ok_count > 0`.execute(this.#reports)
    const { tokens = 0, until = null } = out.rows[0] ?? {}
    return {
      live: { tokens, until: until === null ? null : until * 1_000 },
      lastUsedAt: used.rows[0]?.at ?? null,
    }
  }

  /** When the last token ends that these principals got until an instant; null when none of them is out any more. */
  async lastEnd(principalIds: readonly string[], issuedBy: number): Promise<number | null> {
    const now = this.#clock.now()
    const { rows } = await sql<{ until: number | null }>`
      SELECT max(exp) AS until FROM json_each(${JSON.stringify(principalIds)}) AS asked
      CROSS JOIN token_log AS log ON log.principal_id = asked.value AND log.id >= ${firstIdAt(now - longestTokenMs)}
        AND log.id < ${idBoundAt(issuedBy + 1)} AND outcome = 'ok' AND exp > ${now / 1_000}`.execute(this.#reports)
    const until = rows[0]?.until ?? null
    return until === null ? null : until * 1_000
  }

  /**
   * How often each asked for a token within 24 hours, refused requests included: who is refused is concerned too. Counted
   * up to 20,000 each, in the log's index alone.
   */
  async requestsOf(principalIds: readonly string[]): Promise<Map<string, number>> {
    const since = firstIdAt(this.#clock.now() - dayMs)
    const { rows } = await sql<{ id: string; n: number }>`
      SELECT asked.value AS id, (SELECT count(*) FROM (
        SELECT 1 FROM token_log WHERE principal_id = asked.value AND id >= ${since} LIMIT ${mostRequests}
      )) AS n FROM json_each(${JSON.stringify(principalIds)}) AS asked`.execute(this.#reports)
    return new Map(rows.map(({ id, n }) => [id, n]))
  }

  /** By key, the tokens that are out under it. One stretch of the log, of a day. */
  async liveByKey(): Promise<Map<string, KeyBlastRadius>> {
    const now = this.#clock.now()
    const { rows } = await sql<{ kid: string; tokens: number; principals: number; audiences: number; until: number }>`
      SELECT kid, count(*) AS tokens, count(DISTINCT principal_id) AS principals, count(DISTINCT audience) AS audiences,
        max(exp) AS until
      FROM token_log WHERE id >= ${firstIdAt(now - longestTokenMs)} AND outcome = 'ok' AND exp > ${now / 1_000}
      GROUP BY kid`.execute(this.#reports)
    return new Map(rows.map(({ kid, until, ...counts }) => [kid, { ...counts, until: until * 1_000 }]))
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
