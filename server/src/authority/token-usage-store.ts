import { join } from 'node:path'
import { dayMs, hourMs } from '@signet/shared/vocabulary/time'
import type { Database as Sqlite } from 'better-sqlite3'
import type { Clock } from '../platform/clock.ts'
import { openSqlite } from '../platform/database/sqlite.ts'
import { firstIdAt } from '../platform/identifiers.ts'

const hoursShown = 24
const newestRequests = 1_000

/** Whether a request was refused for the certificate of its client, as nobody without its key can bring about. */
export function isForCertificate(outcome: string): boolean {
  return outcome === 'credential_expired' || outcome === 'credential_revoked'
}

/**
 * Questions about what was issued that look at few rows, on a connection of their own, so that they never wait for the
 * writer nor it for them.
 */
export class TokenUsageStore {
  readonly #db: Sqlite
  readonly #clock: Clock

  /** `telemetry.db` must be there already, as whoever writes it has made it. */
  constructor(dataDir: string, clock: Clock) {
    this.#db = openSqlite(join(dataDir, 'telemetry.db'), { readonly: true })
    this.#clock = clock
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
    const rows = this.#db
      .prepare<[string], { id: string; at: number; outcome: string }>(
        `SELECT asked.value AS id, at, outcome FROM json_each(?) AS asked JOIN token_log ON token_log.id =
          (SELECT id FROM token_log WHERE principal_id = asked.value ORDER BY id DESC LIMIT 1)`,
      )
      .all(JSON.stringify(principalIds))
    return new Map(rows.flatMap(({ id, at, outcome }) => (isForCertificate(outcome) ? [[id, at]] : [])))
  }

  /** Whether a token for any of these audiences was issued since the beginning of the day (UTC) of an instant. */
  issuedFor(audiences: readonly string[], since: number): boolean {
    const found = this.#db
      .prepare<[number, string], { found: number }>(
        `SELECT 1 AS found FROM token_usage WHERE day >= ? AND ok_count > 0
         AND audience IN (SELECT value FROM json_each(?)) LIMIT 1`,
      )
      .get(Math.floor(since / dayMs), JSON.stringify(audiences))
    return found !== undefined
  }

  close(): void {
    this.#db.close()
  }
}
