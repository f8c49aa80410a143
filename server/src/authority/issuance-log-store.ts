import { join } from 'node:path'
import type { Page, PageQuery } from '@signet/shared/api/paging'
import type { TokenLogEntry } from '@signet/shared/api/resources'
import { dayMs, hourMs } from '@signet/shared/vocabulary/time'
import type { Database as Sqlite, Statement } from 'better-sqlite3'
import { migrate } from '../platform/database/migrate.ts'
import { telemetryMigrations } from '../platform/database/migrations/0001-telemetry.ts'
import type { Cursors } from '../platform/database/paging.ts'
import { openSqlite } from '../platform/database/sqlite.ts'
import { firstIdAt } from '../platform/identifiers.ts'
import { type CountedUse, type HostName, UsageCountersStore } from './usage-counters-store.ts'
import type { ProvenUse } from './usage-place.ts'

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
  /** Of a client that has proved itself; a stranger's refusal has none. */
  readonly use?: ProvenUse
  /** The assertion that is spent with it; absent for a refusal, which spends nothing. */
  readonly assertion?: {
    readonly expHour: number
    readonly jtiHash: Buffer
    readonly assertionHash: Buffer
    /** For how long after the first use the same bytes may come again; 0 for one use (SEC-79). */
    readonly reusableMs: number
    /** Whether its `exp` may lie a day ahead. */
    readonly isLong: boolean
  }
}

/** A request as it is looked up by an ID that somebody found in an error or a token. */
export interface LoggedRequest extends TokenLogEntry {
  readonly principalId: string
}

/** What cursors of the token log are bound to. */
export const tokenList = 'tokens'
const mostFound = 20
export const tokenColumns = 'id, at, principal_id, audience, outcome, x5t_s256, kid, exp, ip, correlation_id'
const skewSeconds = 300
const longestTokenMs = dayMs
/** Hours that `exp` can lie in when an assertion may live for a day. */
const longHours = 27
/** Strangers' requests are counted under no audience and no place: their words must not make rows or recency. */
const noWord = ''

/** What has had its time: hours of `exp` and days count from the epoch, `loggedBefore` is epoch milliseconds. */
export interface PruneLimits {
  readonly expHourBefore: number
  readonly loggedBefore: number
  readonly usedBeforeDay: number
  /** Rows of each kind that are deleted at once. */
  readonly most: number
}

/** An assertion as it is spent. */
export interface SpentAssertion {
  readonly clientId: string
  readonly at: number
  readonly assertion: NonNullable<IssuanceRow['assertion']>
}

/** A host that an identity had not used before. */
export interface NewHost extends HostName {
  readonly at: number
}

type Spending = 'first' | 'again' | 'refused'

type Spend = (use: Omit<SpentAssertion, 'assertion'> & Pick<IssuanceRow, 'assertion'>) => Spending

interface Written {
  readonly isReplayed: boolean
  readonly use: CountedUse
}

function countedAs({ at, principalId, audience, use }: IssuanceRow, isOk: boolean): CountedUse {
  const isKnown = isOk || use !== undefined
  return { at, principalId, isOk, audience: isKnown ? audience : noWord, place: use?.place ?? noWord, host: use?.host }
}

function hourOf({ at }: CountedUse): number {
  return Math.floor(at / hourMs)
}

/** Makes `telemetry.db` or takes it on from an older schema. @returns the file. @throws StartupError */
export function prepareTelemetry(dataDir: string, now: number): string {
  const file = join(dataDir, 'telemetry.db')
  const db = openSqlite(file)
  try {
    migrate(db, file, telemetryMigrations, now)
  } finally {
    db.close()
  }
  return file
}

/**
 * What is written to the token log: prepared once and run on the one connection that writes, because this is the only
 * store on the path of every token.
 */
export class IssuanceLogStore {
  readonly #db: Sqlite
  readonly #writeBatch: (rows: readonly IssuanceRow[]) => boolean[]
  readonly #spend: Spend
  readonly #pruneSpent: Statement<[number, number]>
  readonly #pruneLog: Statement<[string, number]>
  readonly #usage: UsageCountersStore
  readonly #pruneHours: Statement<[number]>

  /** @param file as `prepareTelemetry` left it */
  constructor(file: string) {
    this.#db = openSqlite(file)
    this.#usage = new UsageCountersStore(this.#db)
    this.#spend = this.#prepareSpending()
    this.#writeBatch = this.#prepareWriter()
    this.#pruneSpent = this.#db.prepare(
      'DELETE FROM assertion_jti WHERE (exp_hour, client_id, jti_sha256) IN (SELECT exp_hour, client_id, jti_sha256 FROM assertion_jti WHERE exp_hour < ? LIMIT ?)',
    )
    this.#pruneLog = this.#db.prepare(
      'DELETE FROM token_log WHERE id IN (SELECT id FROM token_log WHERE id < ? ORDER BY id LIMIT ?)',
    )
    this.#pruneHours = this.#db.prepare('DELETE FROM token_hours WHERE hour < ?')
  }

  /**
   * Commits the rows together, on stable storage when it returns; false marks a row whose assertion was spent before:
   * that row is recorded as the refusal it is.
   */
  write(rows: readonly IssuanceRow[]): boolean[] {
    const accepted = this.#writeBatch(rows)
    this.#usage.committed()
    return accepted
  }

  /** Of an assertion that was for no token. @returns false when it was spent before */
  spend(use: SpentAssertion): boolean {
    return this.#db.transaction(() => this.#spend(use) !== 'refused').immediate()
  }

  /** Somebody was told of these hosts. */
  tell(hosts: readonly HostName[]): void {
    this.#db.transaction(() => this.#usage.tell(hosts)).immediate()
  }

  /** Forgets what has had its time, one portion of it. @returns rows deleted */
  prune(limits: PruneLimits): number {
    const { most } = limits
    return (
      this.#pruneSpent.run(limits.expHourBefore, most).changes +
      this.#pruneLog.run(firstIdAt(limits.loggedBefore), most).changes +
      this.#usage.prune({ beforeDay: limits.usedBeforeDay, most }) +
      this.#pruneHours.run((limits.usedBeforeDay * dayMs) / hourMs).changes
    )
  }

  close(): void {
    this.#db.close()
  }

  #prepareWriter(): (rows: readonly IssuanceRow[]) => boolean[] {
    const log = this.#db.prepare(
      'INSERT INTO token_log (id, tenant_id, at, principal_id, client_id, audience, x5t_s256, kid, exp, flow, outcome, correlation_id, ip, reused) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
    )
    const countHour = this.#db.prepare(
      'INSERT INTO token_hours (hour, ok_count, err_count) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET ok_count = ok_count + excluded.ok_count, err_count = err_count + excluded.err_count',
    )
    const writeRow = (row: IssuanceRow): Written => {
      const spending = this.#spend(row)
      const outcome = spending === 'refused' ? 'assertion_replayed' : row.outcome
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
        spending === 'again' ? 1 : 0,
      )
      return { isReplayed: spending === 'refused', use: countedAs(row, isOk) }
    }
    return this.#db.transaction((rows: readonly IssuanceRow[]) => {
      const written = rows.map(writeRow)
      const uses = written.map(({ use }) => use)
      // Counters are written once for a whole batch: no token pays for them by itself.
      this.#usage.write(uses)
      for (const hour of new Set(uses.map(hourOf))) {
        const inHour = uses.filter((use) => hourOf(use) === hour)
        const ok = inHour.filter(({ isOk }) => isOk).length
        countHour.run(hour, ok, inHour.length - ok)
      }
      return written.map(({ isReplayed }) => !isReplayed)
    }).immediate
  }

  /**
   * Spends a (client, jti) once. The table is kept by the hour of `exp`; an assertion that is still acceptable lies in
   * one of three hours, or of 27 where it may live for a day, and all of them are looked at, so that another `exp` does not
   * make a used jti new.
   */
  #prepareSpending(): Spend {
    const finder = (hours: number) =>
      this.#db.prepare<[string, Buffer, ...number[]], { bytes: Buffer; first_at: number }>(
        `SELECT assertion_sha256 AS bytes, first_at FROM assertion_jti WHERE client_id = ? AND jti_sha256 = ? AND exp_hour IN (${Array(hours).fill('?').join(', ')})`,
      )
    const [find, findLong] = [finder(3), finder(longHours)]
    const insert = this.#db.prepare(
      'INSERT INTO assertion_jti (exp_hour, client_id, jti_sha256, assertion_sha256, first_at) VALUES (?, ?, ?, ?, ?)',
    )
    return ({ assertion, clientId, at }) => {
      if (!assertion) return 'first'
      const hour = expHourOf(at / 1_000 - skewSeconds)
      const before = assertion.isLong
        ? findLong.get(clientId, assertion.jtiHash, ...Array.from({ length: longHours }, (_, ahead) => hour + ahead))
        : find.get(clientId, assertion.jtiHash, hour, hour + 1, hour + 2)
      if (!before) {
        insert.run(assertion.expHour, clientId, assertion.jtiHash, assertion.assertionHash, at)
        return 'first'
      }
      const isReusable = at - before.first_at < assertion.reusableMs
      return isReusable && before.bytes.equals(assertion.assertionHash) ? 'again' : 'refused'
    }
  }
}

/** What is read of the token log, on a connection of its own: the last commit, without waiting for the one under way. */
export class IssuanceLogReader {
  readonly #db: Sqlite
  readonly #cursors: Cursors

  constructor(file: string, cursors: Cursors) {
    this.#db = openSqlite(file, { readonly: true })
    this.#cursors = cursors
  }

  recent(principalId: string, query: PageQuery): Page<TokenLogEntry> {
    const before = this.#cursors.read(tokenList, query.cursor)?.[0] ?? '~'
    const rows = this.#db
      .prepare<[string, string, number], TokenRow>(
        `SELECT ${tokenColumns} FROM token_log WHERE principal_id = ? AND id < ? ORDER BY id DESC LIMIT ?`,
      )
      .all(principalId, before, query.limit + 1)
    return this.#cursors.page(rows, { list: tokenList, limit: query.limit, keyOf: (row) => [row.id], map: toEntry })
  }

  byCorrelation(correlationId: string): LoggedRequest[] {
    return this.#db
      .prepare<[string, number], TokenRow>(
        `SELECT ${tokenColumns} FROM token_log WHERE correlation_id = ? ORDER BY id DESC LIMIT ?`,
      )
      .all(correlationId, mostFound)
      .map(toRequest)
  }

  byId(id: string): LoggedRequest | undefined {
    const row = this.#db.prepare<[string], TokenRow>(`SELECT ${tokenColumns} FROM token_log WHERE id = ?`).get(id)
    return row && toRequest(row)
  }

  /** The first token given out for a certificate with an ID in that range; a short stretch of one principal's index. */
  firstWith(use: { principalId: string; x5tS256: string; fromMs: number; untilMs: number }): LoggedRequest | undefined {
    const row = this.#db
      .prepare<[string, string, string, string], TokenRow>(
        `SELECT ${tokenColumns} FROM token_log WHERE principal_id = ? AND id >= ? AND id < ? AND x5t_s256 = ? AND outcome = 'ok' ORDER BY id LIMIT 1`,
      )
      .get(use.principalId, firstIdAt(use.fromMs), firstIdAt(use.untilMs), use.x5tS256)
    return row && toRequest(row)
  }

  /** Of the newest tokens that live at this time (epoch milliseconds), `most` at most. */
  newestLiveKids({ now, most }: { now: number; most: number }): Set<string> {
    const rows = this.#db
      .prepare<[string, number, number], { kid: string }>(
        `SELECT DISTINCT kid FROM (SELECT kid FROM token_log WHERE id >= ? AND outcome = 'ok' AND exp > ?
          ORDER BY id DESC LIMIT ?)`,
      )
      .all(firstIdAt(now - longestTokenMs), now / 1_000, most)
    return new Set(rows.map(({ kid }) => kid))
  }

  /** Hosts that nobody was told of, the first seen first. */
  untoldHosts(most: number): NewHost[] {
    return this.#db
      .prepare<[number], NewHost>(
        `SELECT principal_id AS principalId, kind, host, first_at AS at FROM token_hosts WHERE told = 0 ORDER BY first_at LIMIT ?`,
      )
      .all(most)
  }

  lastUse(principalIds: readonly string[]): Map<string, { at: number; audience: string }> {
    const rows = this.#db
      .prepare<[string], { id: string; at: number; audience: string }>(
        `SELECT id, use ->> 0 AS at, use ->> 1 AS audience FROM (SELECT value AS id, (
          SELECT json_array(last_at, audience) FROM token_usage WHERE principal_id = value AND ok_count > 0
          ORDER BY day DESC, last_at DESC LIMIT 1) AS use FROM json_each(?)) WHERE use IS NOT NULL`,
      )
      .all(JSON.stringify(principalIds))
    return new Map(rows.map(({ id, at, audience }) => [id, { at, audience }]))
  }

  close(): void {
    this.#db.close()
  }
}

/** Spent assertions are kept by the hour their `exp` (epoch seconds) lies in. */
export function expHourOf(expSeconds: number): number {
  return Math.floor(expSeconds / 3_600)
}

export interface TokenRow {
  id: string
  at: number
  principal_id: string
  audience: string
  outcome: string
  x5t_s256: string | null
  kid: string | null
  exp: number | null
  ip: string | null
  correlation_id: string
}

export function toEntry(row: TokenRow): TokenLogEntry {
  return {
    id: row.id,
    at: row.at,
    audience: row.audience,
    outcome: row.outcome,
    x5tS256: row.x5t_s256,
    kid: row.kid,
    expiresAt: row.exp === null ? null : row.exp * 1_000,
    ip: row.ip,
    correlationId: row.correlation_id,
  }
}

function toRequest(row: TokenRow): LoggedRequest {
  return { ...toEntry(row), principalId: row.principal_id }
}
