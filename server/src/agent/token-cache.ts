import { minuteMs, secondMs } from '@signet/shared/vocabulary/time'
import type { Clock } from '../platform/clock.ts'
import { randomShare } from '../platform/identifiers.ts'
import { SignetError } from '../platform/signet-error.ts'
import type { TokenAnswer } from './token-answer.ts'

const mostEntries = 1_000
/** SDKs take a token with less than this left for expired. */
const leastLeftMs = 5 * minuteMs
const mostRefreshJitter = 0.2
/** How often a caller may ask past the cache: for whatever is fresh, and for another than one certain token (SEC-107). */
const forcedIntervalMs = { fresh: 10 * secondMs, replaced: 30 * secondMs } as const
/** How long a caller who has a cached token waits for a fresh one that it asked for. */
const patienceMs = secondMs
const refreshRetryMs = 10 * secondMs

interface Entry {
  readonly answer: TokenAnswer
  /** Half of its life less 0-20 %, chosen once (SEC-146): from then on use refreshes it. */
  refreshAt: number
}

/** What follows the two words of an identity in a key. */
function resourceIn(key: string): string {
  return key.slice(key.indexOf(' ', key.indexOf(' ') + 1) + 1)
}

/** Asks past the cache: for a fresh token, or only if the cached one is the token with this SHA-256 (hexadecimal). */
export type Force = 'fresh' | { readonly sha256: string }

export type TokenFetch = () => Promise<TokenAnswer>

/** How a token was come by, for the trace of a test. */
export type CacheOutcome = 'hit' | 'fetched' | 'joined' | 'fallback'

/**
 * Tokens in memory only (SEC-105): one request in flight per key, refreshed in the background while in use, served until
 * five minutes before they end whether the authority answers or not.
 */
export class TokenCache {
  readonly #clock: Clock
  readonly #entries = new Map<string, Entry>()
  readonly #flights = new Map<string, Promise<TokenAnswer>>()
  /** Until when a key, or a token of it, is not asked for past the cache again. */
  readonly #forcedUntil = new Map<string, number>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** The cached token, at once, if there is a good one; starts a refresh in the background when it is due. */
  peek(key: string, fetch: TokenFetch): TokenAnswer | undefined {
    const entry = this.#entries.get(key)
    if (!entry) return undefined
    const now = this.#clock.now()
    if (now >= entry.answer.expiresAt - leastLeftMs) return undefined
    // Moving it to the end makes the first key the least recently used one.
    this.#entries.delete(key)
    this.#entries.set(key, entry)
    if (now >= entry.refreshAt && !this.#flights.has(key)) {
      entry.refreshAt = now + refreshRetryMs
      this.#fly(key, fetch).catch(() => undefined)
    }
    return entry.answer
  }

  /**
   * @param force asks past the cache, at most once in ten seconds per key or thirty per token; the cached token is the
   * answer when the fresh one takes more than a second or the authority is away
   * @throws SignetError of `fetch`; `identity_not_found` when it was dropped meanwhile
   */
  async get(key: string, fetch: TokenFetch, force?: Force): Promise<{ answer: TokenAnswer; outcome: CacheOutcome }> {
    const cached = this.peek(key, fetch)
    if (cached && !(force && this.#mayForce(key, cached, force))) return { answer: cached, outcome: 'hit' }
    const underWay = this.#flights.get(key)
    const flight = underWay ?? this.#fly(key, fetch)
    if (cached) return this.#preferFresh(flight, cached)
    return { answer: await flight, outcome: underWay === undefined ? 'fetched' : 'joined' }
  }

  /** Drops every token whose key does not begin with one of these; requests under way come to nothing. */
  keepOnly(prefixes: readonly string[]): void {
    for (const map of [this.#entries, this.#flights, this.#forcedUntil]) {
      for (const key of map.keys()) if (!prefixes.some((prefix) => key.startsWith(prefix))) map.delete(key)
    }
  }

  /** Drops every token for these resources, whoever has it; requests under way come to nothing. */
  dropFor(isDropped: (resource: string) => boolean): void {
    for (const map of [this.#entries, this.#flights]) {
      for (const key of map.keys()) if (isDropped(resourceIn(key))) map.delete(key)
    }
  }

  #mayForce(key: string, cached: TokenAnswer, force: Force): boolean {
    if (force !== 'fresh' && !cached.hasSha256(force.sha256)) return false
    const now = this.#clock.now()
    for (const [other, until] of this.#forcedUntil) if (now >= until) this.#forcedUntil.delete(other)
    const forced = force === 'fresh' ? key : `${key} ${force.sha256}`
    if (this.#forcedUntil.has(forced)) return false
    this.#forcedUntil.set(forced, now + forcedIntervalMs[force === 'fresh' ? 'fresh' : 'replaced'])
    return true
  }

  async #preferFresh(
    flight: Promise<TokenAnswer>,
    cached: TokenAnswer,
  ): Promise<{ answer: TokenAnswer; outcome: CacheOutcome }> {
    const stale = { answer: cached, outcome: 'fallback' } as const
    const patience = Promise.withResolvers<typeof stale>()
    const timer = this.#clock.after(patienceMs, () => patience.resolve(stale))
    try {
      return await Promise.race([flight.then((answer) => ({ answer, outcome: 'fetched' as const })), patience.promise])
    } catch (error) {
      if (error instanceof SignetError && error.code === 'authority_unreachable') return stale
      throw error
    } finally {
      timer.cancel()
    }
  }

  #fly(key: string, fetch: TokenFetch): Promise<TokenAnswer> {
    const flight: Promise<TokenAnswer> = fetch().then(
      (answer) => {
        // Dropped while it was under way: the principal was revoked or changed, or the audience, or a signing key.
        if (this.#flights.get(key) !== flight) throw new SignetError('identity_not_found')
        this.#flights.delete(key)
        this.#store(key, answer)
        return answer
      },
      (error: unknown) => {
        if (this.#flights.get(key) === flight) this.#flights.delete(key)
        throw error
      },
    )
    this.#flights.set(key, flight)
    return flight
  }

  #store(key: string, answer: TokenAnswer): void {
    const now = this.#clock.now()
    const share = 0.5 * (1 - mostRefreshJitter * randomShare())
    this.#entries.delete(key)
    this.#entries.set(key, { answer, refreshAt: now + (answer.expiresAt - now) * share })
    const [oldest] = this.#entries.keys()
    if (this.#entries.size > mostEntries && oldest !== undefined) this.#entries.delete(oldest)
  }
}
