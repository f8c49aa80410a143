import { join } from 'node:path'
import { usageShownDays } from '@signet/shared/api/usage'
import { dayMs } from '@signet/shared/vocabulary/time'
import { type Kysely, type RawBuilder, type SqlBool, sql } from 'kysely'
import { openReports } from '../platform/database/reports.ts'
import type { UseNumbers } from '../principals/index.ts'
import { placeText, type UsagePlace, type UsedHost } from './usage-place.ts'

/** Days since the epoch, both included. */
export interface Days {
  readonly first: number
  readonly last: number
}

/** Whose counters: those of a principal, or of everybody at some places. */
export type UsageSubject = { readonly principalId: string } | { readonly places: readonly UsagePlace[] }

export interface CellRow {
  readonly principalId: string
  /** '' for requests refused before anybody had proved who they are. */
  readonly audience: string
  readonly place: string
  readonly tokens: number
  readonly refused: number
  readonly firstAt: number
  readonly lastAt: number
}

export interface HostRow {
  readonly kind: UsedHost['kind']
  readonly host: string
  readonly firstAt: number
  readonly lastAt: number
}

/** Questions about counters of use, in a thread of their own: some look at a year of them. */
export class UsageReportStore {
  readonly #reports: Kysely<never>

  /** `telemetry.db` must be there already, as whoever writes it has made it. */
  constructor(dataDir: string) {
    this.#reports = openReports<never>(join(dataDir, 'telemetry.db'))
  }

  /** What each principal did in the 90 days that end with `today`; those that did nothing are left out. */
  async numbers(principalIds: readonly string[], today: number): Promise<Map<string, UseNumbers>> {
    const first = today - usageShownDays + 1
    const { rows } = await sql<{
      id: string
      audiences: number
      instances: number
      tokens: number
      refused: number
      days: string
    }>`
      SELECT id, count(DISTINCT nullif(audience, '')) AS audiences,
        count(DISTINCT iif(place LIKE 'instance:%', place, NULL)) AS instances, sum(tokens) AS tokens, sum(refused) AS refused,
        json_group_array(json_array(day, tokens)) AS days
      FROM (SELECT asked.value AS id, day, audience, place, ok_count AS tokens, err_count AS refused
        FROM json_each(${JSON.stringify(principalIds)}) AS asked
        CROSS JOIN token_usage ON principal_id = asked.value AND day BETWEEN ${first} AND ${today}) GROUP BY id`.execute(
      this.#reports,
    )
    return new Map(
      rows.map(({ id, days, ...numbers }) => {
        const counted = Array<number>(usageShownDays).fill(0)
        for (const [day, tokens] of JSON.parse(days) as [number, number][]) {
          const at = day - first
          counted[at] = (counted[at] ?? 0) + tokens
        }
        return [id, { ...numbers, days: counted }]
      }),
    )
  }

  /** Days on which something was counted. */
  async days(subject: UsageSubject, range: Days): Promise<{ day: number; tokens: number; refused: number }[]> {
    const { rows } = await sql<{ day: number; tokens: number; refused: number }>`
      SELECT day, sum(ok_count) AS tokens, sum(err_count) AS refused FROM token_usage
      WHERE ${conditionOf(subject, range)} GROUP BY day ORDER BY day`.execute(this.#reports)
    return rows
  }

  /** One for each principal, audience and place, those with the most tokens first. */
  async cells(subject: UsageSubject, range: Days, most: number): Promise<{ cells: CellRow[]; all: number }> {
    const { rows } = await sql<CellRow & { all: number }>`
      SELECT principal_id AS principalId, audience, place, sum(ok_count) AS tokens, sum(err_count) AS refused,
        min(first_at) AS firstAt, max(last_at) AS lastAt, count(*) OVER () AS "all"
      FROM token_usage WHERE ${conditionOf(subject, range)} GROUP BY principal_id, audience, place
      ORDER BY tokens DESC, lastAt DESC, principal_id, audience, place LIMIT ${most}`.execute(this.#reports)
    return { cells: rows.map(({ all: _, ...cell }) => cell), all: rows[0]?.all ?? 0 }
  }

  /** Hosts of one principal, the last used first. */
  async hosts(principalId: string, most: number): Promise<{ hosts: HostRow[]; all: number }> {
    const { rows } = await sql<HostRow & { all: number }>`
      SELECT kind, host, first_at AS firstAt, last_at AS lastAt, count(*) OVER () AS "all" FROM token_hosts
      WHERE principal_id = ${principalId} ORDER BY last_at DESC, kind, host LIMIT ${most}`.execute(this.#reports)
    return { hosts: rows.map(({ all: _, ...host }) => host), all: rows[0]?.all ?? 0 }
  }

  close(): Promise<void> {
    return this.#reports.destroy()
  }
}

function conditionOf(subject: UsageSubject, { first, last }: Days): RawBuilder<SqlBool> {
  const days = sql<SqlBool>`day BETWEEN ${first} AND ${last}`
  if ('principalId' in subject) return sql<SqlBool>`principal_id = ${subject.principalId} AND ${days}`
  const places = JSON.stringify(subject.places.map(placeText))
  return sql<SqlBool>`place <> '' AND place IN (SELECT value FROM json_each(${places})) AND ${days}`
}

/** The day of an instant (epoch milliseconds). */
export function dayOf(at: number): number {
  return Math.floor(at / dayMs)
}
