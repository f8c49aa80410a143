import { join } from 'node:path'
import type { BlastRadius } from '@signet/shared/api/resources'
import { dayMs, hourMs } from '@signet/shared/vocabulary/time'
import type { Database as Sqlite } from 'better-sqlite3'
import type { Clock } from '../platform/clock.ts'
import { openSqlite } from '../platform/database/sqlite.ts'
import { firstIdAt } from '../platform/identifiers.ts'

/** The longest that a token lives (SEC-83): an older one has expired. */
const longestTokenMs = dayMs
const weekDays = 7
const hoursShown = 24
const mostRequests = 20_000
const newestRequests = 1_000

interface DayRow {
  readonly audience: string
  readonly tokens: number
  readonly lastAt: number
  readonly live: number
  readonly until: number | null
}

/** Whether a request was refused for the certificate of its client, as nobody without its key can bring about. */
export function isForCertificate(outcome: string): boolean {
  return outcome === 'credential_expired' || outcome === 'credential_revoked'
}

/** Questions about what was issued, on a connection of their own, so that they never wait for the writer nor it for them. */
export class TokenUsageStore {
  readonly #db: Sqlite
  readonly #clock: Clock

  /** `telemetry.db` must be there already, as whoever writes it has made it. */
  constructor(dataDir: string, clock: Clock) {
    this.#db = openSqlite(join(dataDir, 'telemetry.db'), { readonly: true })
    this.#clock = clock
  }

  /** What a principal got lately, and what of it is still out. One range of the log's index, of a day. */
  recently(principalId: string): Pick<BlastRadius, 'day' | 'week' | 'live'> {
    const now = this.#clock.now()
    const rows = this.#db
      .prepare<[number, number, string, string], DayRow>(
        `SELECT audience, count(*) AS tokens, max(at) AS lastAt, sum(exp > ?) AS live, max(iif(exp > ?, exp, NULL)) AS until
         FROM token_log WHERE principal_id = ? AND id >= ? AND outcome = 'ok' GROUP BY audience ORDER BY tokens DESC, audience`,
      )
      .all(now / 1_000, now / 1_000, principalId, firstIdAt(now - longestTokenMs))
    const week = this.#db
      .prepare<[string, number], { audience: string; tokens: number }>(
        `SELECT audience, sum(ok_count) AS tokens FROM token_usage
         WHERE principal_id = ? AND day > ? AND ok_count > 0 GROUP BY audience ORDER BY tokens DESC, audience`,
      )
      .all(principalId, Math.floor(now / dayMs) - weekDays)
    const ends = rows.flatMap((row) => (row.until === null ? [] : [row.until * 1_000]))
    return {
      day: rows.map(({ audience, tokens, lastAt }) => ({ audience, tokens, lastAt })),
      week,
      live: {
        tokens: rows.reduce((sum, row) => sum + row.live, 0),
        until: ends.length === 0 ? null : Math.max(...ends),
      },
    }
  }

  /** The last 24 hours of the whole deployment, each from its beginning (epoch milliseconds); the last one is not over. */
  hourly(): { at: number; issued: number; refused: number }[] {
    const last = Math.floor(this.#clock.now() / hourMs)
    const first = last - hoursShown + 1
    const rows = this.#db
      .prepare<[number, number], { hour: number; issued: number; refused: number }>(
        'SELECT hour, ok_count AS issued, err_count AS refused FROM token_hours WHERE hour BETWEEN ? AND ?',
      )
      .all(first, last)
    const counted = new Map(rows.map(({ hour, issued, refused }) => [hour, { issued, refused }]))
    return Array.from({ length: hoursShown }, (_, index) => ({
      at: (first + index) * hourMs,
      ...(counted.get(first + index) ?? { issued: 0, refused: 0 }),
    }))
  }

  /**
   * How often each asked for a token within 24 hours, refused requests included: who is refused is concerned too. Counted
   * up to 20,000 each, in the log's index alone.
   */
  requestsOf(principalIds: readonly string[]): Map<string, number> {
    const count = this.#db.prepare<[string, string, number], { n: number }>(
      'SELECT count(*) AS n FROM (SELECT 1 FROM token_log WHERE principal_id = ? AND id >= ? LIMIT ?)',
    )
    const since = firstIdAt(this.#clock.now() - dayMs)
    return new Map(principalIds.map((id) => [id, count.get(id, since, mostRequests)?.n ?? 0]))
  }

  /** Correlation IDs of tokens that were issued before an instant, of the newest thousand requests. */
  issuedUnder(before: number): string[] {
    return this.#db
      .prepare<[string, number], { correlation_id: string }>(
        `SELECT DISTINCT correlation_id FROM (SELECT outcome, correlation_id FROM token_log WHERE id < ? ORDER BY id DESC LIMIT ?)
         WHERE outcome = 'ok'`,
      )
      .all(firstIdAt(before), newestRequests)
      .map((row) => row.correlation_id)
  }

  /** When the newest request of each was refused for its certificate. */
  refusedFor(principalIds: readonly string[]): Map<string, number> {
    const newest = this.#db.prepare<[string], { at: number; outcome: string }>(
      'SELECT at, outcome FROM token_log WHERE principal_id = ? ORDER BY id DESC LIMIT 1',
    )
    const refused = new Map<string, number>()
    for (const id of principalIds) {
      const row = newest.get(id)
      if (row && isForCertificate(row.outcome)) refused.set(id, row.at)
    }
    return refused
  }

  close(): void {
    this.#db.close()
  }
}
