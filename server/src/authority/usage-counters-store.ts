import { dayMs, hourMs } from '@signet/shared/vocabulary/time'
import type { Database as Sqlite, Statement } from 'better-sqlite3'
import type { UsedHost } from './usage-place.ts'

/** A token, or a refusal, as it is counted. */
export interface CountedUse {
  readonly at: number
  readonly principalId: string
  readonly audience: string
  readonly place: string
  readonly isOk: boolean
  /** From where a token was got. */
  readonly host: UsedHost | undefined
}

/** A host that an identity had not used before, which nobody was told of. */
export interface HostName {
  readonly principalId: string
  readonly kind: UsedHost['kind']
  readonly host: string
}

/** Addresses of one principal that are kept apart; what comes from others counts for one more. */
export const mostAddresses = 100
/** Hosts whose row is known to be there; beyond that, all are looked up again. */
const mostRemembered = 200_000

interface Count {
  readonly use: CountedUse
  ok: number
  refused: number
  firstAt: number
  lastAt: number
}

/**
 * Counters of use, by day, principal, audience and place, and the hosts it came from. Written within the commit of the token
 * log, one row for each counter that a batch touches; a host's row is written once an hour at most.
 */
export class UsageCountersStore {
  readonly #count: Statement<[number, string, string, string, number, number, number, number]>
  readonly #seeHost: Statement<[number, string, string, string]>
  readonly #isKnown: Statement<[string]>
  readonly #addresses: Statement<[string], { n: number }>
  readonly #addHost: Statement<[string, string, string, number, number, number]>
  readonly #tell: Statement<[string, string, string]>
  readonly #pruneUsage: Statement<[number, number]>
  readonly #pruneHosts: Statement<[number, number]>
  /** The hour that was written of each. */
  readonly #hosts = new Map<string, number>()
  #writing = new Map<string, number>()

  constructor(db: Sqlite) {
    this.#count = db.prepare(
      `INSERT INTO token_usage (day, principal_id, audience, place, ok_count, err_count, first_at, last_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET ok_count = ok_count + excluded.ok_count,
       err_count = err_count + excluded.err_count, first_at = min(first_at, excluded.first_at), last_at = max(last_at, excluded.last_at)`,
    )
    const named = 'principal_id = ? AND kind = ? AND host = ?'
    this.#seeHost = db.prepare(`UPDATE token_hosts SET last_at = max(last_at, ?) WHERE ${named}`)
    this.#isKnown = db.prepare('SELECT 1 FROM token_hosts WHERE principal_id = ? LIMIT 1')
    this.#addresses = db.prepare("SELECT count(*) AS n FROM token_hosts WHERE principal_id = ? AND kind = 'address'")
    this.#addHost = db.prepare(
      'INSERT INTO token_hosts (principal_id, kind, host, first_at, last_at, told) VALUES (?, ?, ?, ?, ?, ?)',
    )
    this.#tell = db.prepare(`UPDATE token_hosts SET told = 1 WHERE ${named}`)
    this.#pruneUsage = db.prepare(
      `DELETE FROM token_usage WHERE (day, principal_id, audience, place) IN
       (SELECT day, principal_id, audience, place FROM token_usage WHERE day < ? LIMIT ?)`,
    )
    this.#pruneHosts = db.prepare(
      `DELETE FROM token_hosts WHERE (principal_id, kind, host) IN
       (SELECT principal_id, kind, host FROM token_hosts WHERE last_at < ? LIMIT ?)`,
    )
  }

  /** Within a transaction; `committed` is called when that has ended well. */
  write(uses: readonly CountedUse[]): void {
    this.#writing = new Map()
    for (const { use, ok, refused, firstAt, lastAt } of summed(uses)) {
      const { principalId, audience, place, at } = use
      this.#count.run(Math.floor(at / dayMs), principalId, audience, place, ok, refused, firstAt, lastAt)
    }
    for (const { isOk, host, principalId, at } of uses) if (isOk && host) this.#see(principalId, host, at)
  }

  /** What `write` did last is on stable storage, and need not be done again. */
  committed(): void {
    if (this.#hosts.size + this.#writing.size > mostRemembered) this.#hosts.clear()
    for (const [key, hour] of this.#writing) this.#hosts.set(key, hour)
    this.#writing = new Map()
  }

  /** Somebody was told of these hosts. */
  tell(hosts: readonly HostName[]): void {
    for (const { principalId, kind, host } of hosts) this.#tell.run(principalId, kind, host)
  }

  /** One portion of what has had its time. @returns rows deleted */
  prune(limits: { beforeDay: number; most: number }): number {
    const hosts = this.#pruneHosts.run(limits.beforeDay * dayMs, limits.most).changes
    if (hosts > 0) this.#hosts.clear()
    return hosts + this.#pruneUsage.run(limits.beforeDay, limits.most).changes
  }

  #see(principalId: string, host: UsedHost, at: number): void {
    const key = `${principalId} ${host.kind} ${host.id}`
    const hour = Math.floor(at / hourMs)
    if ((this.#writing.get(key) ?? this.#hosts.get(key) ?? -1) >= hour) return
    this.#writing.set(key, hour)
    if (this.#seeHost.run(at, principalId, host.kind, host.id).changes > 0) return
    const isFull = host.kind === 'address' && (this.#addresses.get(principalId)?.n ?? 0) >= mostAddresses
    const kept: UsedHost = isFull ? { kind: 'more', id: '' } : host
    if (isFull && this.#seeHost.run(at, principalId, kept.kind, kept.id).changes > 0) return
    // The first host of an identity is where it begins, and no news.
    const isFirst = this.#isKnown.get(principalId) === undefined
    this.#addHost.run(principalId, kept.kind, kept.id, at, at, isFirst ? 1 : 0)
  }
}

/** One for each row that the uses touch. */
function summed(uses: readonly CountedUse[]): Iterable<Count> {
  const counts = new Map<string, Count>()
  for (const use of uses) {
    const key = `${Math.floor(use.at / dayMs)} ${use.principalId} ${use.place} ${use.audience}`
    let count = counts.get(key)
    if (!count) {
      count = { use, ok: 0, refused: 0, firstAt: use.at, lastAt: use.at }
      counts.set(key, count)
    }
    if (use.isOk) count.ok += 1
    else count.refused += 1
    count.firstAt = Math.min(count.firstAt, use.at)
    count.lastAt = Math.max(count.lastAt, use.at)
  }
  return counts.values()
}
