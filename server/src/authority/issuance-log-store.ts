import { join } from 'node:path'
import type { Page, PageQuery } from '@signet/shared/api/paging'
import type { TokenLogEntry } from '@signet/shared/api/resources'
import type { Database as Sqlite } from 'better-sqlite3'
import { migrate } from '../platform/database/migrate.ts'
import { telemetryInit } from '../platform/database/migrations/0001-telemetry.ts'
import type { Cursors } from '../platform/database/paging.ts'
import { openSqlite } from '../platform/database/sqlite.ts'

/** One token request as it is recorded. */
export interface IssuanceRow {
  readonly id: string
  readonly tenantId: string
  readonly at: number
  readonly principalId: string
  readonly clientId: string
  readonly audience: string
  readonly x5tS256: string | null
  readonly kid: string | null
  /** Epoch seconds. */
  readonly exp: number | null
  readonly outcome: string
  readonly correlationId: string
  readonly ip: string | null
  /** The assertion that is spent with it; absent for a refusal, which spends nothing. */
  readonly assertion?: {
    readonly expHour: number
    readonly jtiHash: Buffer
    readonly assertionHash: Buffer
    /** Certificates of customers may send the same bytes again (SEC-79). */
    readonly allowIdentical: boolean
  }
}

const list = 'tokens'
const dayMs = 86_400_000

/**
 * SQL of the token log, in `telemetry.db`: prepared once and run on a connection of its own, because this is the only
 * store on the path of every token.
 */
export class IssuanceLogStore {
  readonly #db: Sqlite
  readonly #cursors: Cursors
  readonly #writeBatch: (rows: readonly IssuanceRow[]) => boolean[]

  constructor(options: { dataDir: string; cursors: Cursors; now: number }) {
    const file = join(options.dataDir, 'telemetry.db')
    this.#db = openSqlite(file)
    migrate(this.#db, file, [{ version: 1, sql: telemetryInit }], options.now)
    this.#cursors = options.cursors
    this.#writeBatch = this.#prepareWriter()
  }

  /**
   * Commits the rows together, on stable storage when it returns; false marks a row whose assertion was spent before:
   * that row is recorded as the refusal it is.
   */
  write(rows: readonly IssuanceRow[]): boolean[] {
    return this.#writeBatch(rows)
  }

  recent(principalId: string, query: PageQuery): Page<TokenLogEntry> {
    const before = this.#cursors.read(list, query.cursor)?.[0] ?? '~'
    const rows = this.#db
      .prepare<[string, string, number], TokenRow>(
        'SELECT id, at, audience, outcome, x5t_s256, kid, exp, ip FROM token_log WHERE principal_id = ? AND id < ? ORDER BY id DESC LIMIT ?',
      )
      .all(principalId, before, query.limit + 1)
    return this.#cursors.page(rows, { list, limit: query.limit, keyOf: (row) => [row.id], map: toEntry })
  }

  lastUse(principalIds: readonly string[]): Map<string, { at: number; audience: string }> {
    const statement = this.#db.prepare<[string], { at: number; audience: string }>(
      'SELECT last_at AS at, audience FROM token_usage WHERE principal_id = ? AND ok_count > 0 ORDER BY last_at DESC LIMIT 1',
    )
    const uses = new Map<string, { at: number; audience: string }>()
    for (const id of principalIds) {
      const use = statement.get(id)
      if (use) uses.set(id, use)
    }
    return uses
  }

  /** Forgets spent assertions that have expired and old log rows, a bounded number at a time. @returns rows deleted */
  prune(options: { expHourBefore: number; loggedBefore: number; most: number }): number {
    const spent = this.#db.prepare('DELETE FROM assertion_jti WHERE exp_hour < ?').run(options.expHourBefore)
    const log = this.#db
      .prepare('DELETE FROM token_log WHERE id IN (SELECT id FROM token_log WHERE at < ? ORDER BY id LIMIT ?)')
      .run(options.loggedBefore, options.most)
    return spent.changes + log.changes
  }

  close(): void {
    this.#db.close()
  }

  #prepareWriter(): (rows: readonly IssuanceRow[]) => boolean[] {
    const spend = this.#db.prepare(
      'INSERT INTO assertion_jti (exp_hour, client_id, jti_sha256, assertion_sha256) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
    )
    const spentBytes = this.#db
      .prepare('SELECT assertion_sha256 FROM assertion_jti WHERE exp_hour = ? AND client_id = ? AND jti_sha256 = ?')
      .pluck()
    const log = this.#db.prepare(
      'INSERT INTO token_log (id, tenant_id, at, principal_id, client_id, audience, x5t_s256, kid, exp, flow, outcome, correlation_id, ip) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
    )
    const count = this.#db.prepare(
      'INSERT INTO token_usage (day, principal_id, audience, ok_count, err_count, last_at) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET ok_count = ok_count + excluded.ok_count, err_count = err_count + excluded.err_count, last_at = max(last_at, excluded.last_at)',
    )
    const isSpendable = (row: IssuanceRow): boolean => {
      if (!row.assertion) return true
      const { expHour, jtiHash, assertionHash, allowIdentical } = row.assertion
      if (spend.run(expHour, row.clientId, jtiHash, assertionHash).changes === 1) return true
      const before: unknown = spentBytes.get(expHour, row.clientId, jtiHash)
      return allowIdentical && Buffer.isBuffer(before) && before.equals(assertionHash)
    }
    const writeRow = (row: IssuanceRow): boolean => {
      const spendable = isSpendable(row)
      const outcome = spendable ? row.outcome : 'assertion_replayed'
      const isOk = outcome === 'ok'
      log.run(
        row.id,
        row.tenantId,
        row.at,
        row.principalId,
        row.clientId,
        row.audience,
        row.x5tS256,
        isOk ? row.kid : null,
        isOk ? row.exp : null,
        'client_credentials',
        outcome,
        row.correlationId,
        row.ip,
      )
      count.run(Math.floor(row.at / dayMs), row.principalId, row.audience, isOk ? 1 : 0, isOk ? 0 : 1, row.at)
      return spendable
    }
    return this.#db.transaction((rows: readonly IssuanceRow[]) => rows.map(writeRow)).immediate
  }
}

interface TokenRow {
  id: string
  at: number
  audience: string
  outcome: string
  x5t_s256: string | null
  kid: string | null
  exp: number | null
  ip: string | null
}

function toEntry(row: TokenRow): TokenLogEntry {
  return {
    id: row.id,
    at: row.at,
    audience: row.audience,
    outcome: row.outcome,
    x5tS256: row.x5t_s256,
    kid: row.kid,
    expiresAt: row.exp === null ? null : row.exp * 1_000,
    ip: row.ip,
  }
}
