import { isIPv6 } from 'node:net'
import type { Clock } from './clock.ts'
import type { FailureCountersStore } from './database/failure-counters-store.ts'
import { randomShare } from './identifiers.ts'
import { SignetError } from './signet-error.ts'
import type { Tx } from './transaction.ts'

/** What is counted together, and how it slows down. */
export interface ThrottleRule {
  readonly scope: string
  /** Failures that cost nothing. The next one waits `firstDelayMs`, each further one twice as long. */
  readonly free: number
  readonly firstDelayMs: number
  readonly longestDelayMs: number
  /** So long without a failure, and all is forgotten. */
  readonly windowMs: number
}

const mostRetryJitter = 0.2

/**
 * Growing delay after failures, per key. The counters are rows, written in the transaction that records the failure, so
 * that a restart forgives nothing (SEC-11, SEC-166).
 */
export class Throttle {
  readonly #store: FailureCountersStore
  readonly #clock: Clock

  constructor(store: FailureCountersStore, clock: Clock) {
    this.#store = store
    this.#clock = clock
  }

  /** @throws SignetError `too_many_requests` while the delay runs, with a `Retry-After` of its own for each caller */
  async requireOpen(rule: ThrottleRule, key: string, tx?: Tx): Promise<void> {
    const now = this.#clock.now()
    const row = await this.#store.find(rule.scope, key, tx)
    if (!row || isForgotten(rule, row.last_at, now)) return
    const waitMs = Math.min(row.last_at + delayMs(rule, row.failures) - now, rule.longestDelayMs)
    if (waitMs <= 0) return
    throw new SignetError('too_many_requests', 'Too many failed attempts; wait a little.', {
      retryAfterSeconds: Math.ceil((waitMs / 1_000) * (1 + mostRetryJitter * randomShare())),
    })
  }

  /** Counts a failure. @returns whether it is the one that starts the delay */
  async failed(tx: Tx, rule: ThrottleRule, key: string): Promise<boolean> {
    const now = this.#clock.now()
    await this.#store.forgetBefore(tx, rule.scope, now - rule.windowMs)
    const failures = await this.#store.add(tx, rule.scope, key, now)
    return failures === rule.free
  }

  async forget(tx: Tx, scope: string): Promise<void> {
    await this.#store.forgetScope(tx, scope)
  }
}

function isForgotten(rule: ThrottleRule, lastAt: number, now: number): boolean {
  return now - lastAt >= rule.windowMs
}

function delayMs(rule: ThrottleRule, failures: number): number {
  if (failures < rule.free) return 0
  return Math.min(rule.firstDelayMs * 2 ** (failures - rule.free), rule.longestDelayMs)
}

/** One key for everything one caller can send from: a whole /64 of IPv6 belongs to one host. */
export function addressKey(ip: string | null): string {
  if (ip === null) return 'local'
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(ip)?.[1]
  if (mapped !== undefined) return mapped
  if (!isIPv6(ip)) return ip
  const [head = '', tail = ''] = ip.split('%')[0]?.split('::') ?? []
  const groups = head.split(':').filter(Boolean)
  const after = tail.split(':').filter(Boolean)
  const missing = Math.max(0, 8 - groups.length - after.length)
  const all = [...groups, ...Array.from({ length: ip.includes('::') ? missing : 0 }, () => '0'), ...after]
  return `${all
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`
}
