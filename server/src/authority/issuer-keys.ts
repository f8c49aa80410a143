import { dayMs, hourMs, minuteMs, secondMs } from '@signet/shared/vocabulary/time'
import { compactVerify, createLocalJWKSet, errors } from 'jose'
import { z } from 'zod'
import type { Clock } from '../platform/clock.ts'
import type { Logger } from '../platform/log.ts'
import { callOutbound, OutboundError, trustedCas } from '../platform/outbound.ts'
import { SignetError } from '../platform/signet-error.ts'
import { type FederatedTrust, type KeySet, publicJwk } from '../principals/index.ts'
import { federatedAlgorithms } from './federated-assertion.ts'

/** Answers `GET url` over a guarded connection (SEC-159). @throws OutboundError */
export type Fetch = (url: URL) => Promise<{ status: number; text: string }>

export interface IssuerKeysParts {
  readonly clock: Clock
  readonly log: Logger
  readonly fetch: Fetch
}

/** An issuer as it was found last. */
interface Source {
  keys: KeySet | undefined
  /** When `keys` were had, and when they were asked for last; epoch milliseconds. */
  hadAt: number
  askedAt: number
  usedAt: number
  asking: Promise<void> | undefined
  fault: string
}

/** Keys are asked for again after this long, by the clock; a request waits for new ones when they are older than an hour. */
const freshMs = 50 * minuteMs
const staleMs = hourMs
const uselessMs = dayMs
/** Neither an unknown kid nor a source that is down has it asked more often (SEC-92). */
const pauseMs = 30 * secondMs
const mostKeys = 100

const Metadata = z.object({ issuer: z.string(), jwks_uri: z.url({ protocol: /^https$/ }).max(2_000) })
const Jwks = z.object({ keys: z.array(z.record(z.string(), z.unknown())).max(mostKeys) })

type LocalSet = ReturnType<typeof createLocalJWKSet>

/**
 * Keys of external issuers (SEC-190): pinned ones, or those that the issuer's discovery document names. They come from
 * there alone, never from a token.
 */
export class IssuerKeys {
  readonly #parts: IssuerKeysParts
  readonly #sources = new Map<string, Source>()
  readonly #imported = new WeakMap<KeySet, LocalSet>()

  constructor(parts: IssuerKeysParts) {
    this.#parts = parts
  }

  /**
   * Whether a key of the issuer made the signature; the token's kid picks it, and at most one is tried (SEC-80).
   *
   * @throws SignetError `unavailable` when the keys cannot be had, `assertion_key_unknown` when none fits
   */
  async verifies(trust: Pick<FederatedTrust, 'issuer' | 'pinned'>, token: string): Promise<boolean> {
    if (trust.pinned) return this.#verifies(trust.pinned, token)
    const source = await this.#source(trust.issuer)
    try {
      return await this.#verifies(this.#keysOf(source), token)
    } catch (error) {
      if (!(error instanceof SignetError) || error.code !== 'assertion_key_unknown') throw error
      const before = source.keys
      await this.#ask(trust.issuer, source)
      if (source.keys === before) throw error
      return this.#verifies(this.#keysOf(source), token)
    }
  }

  /** Asks anew for the keys of issuers in use that are not fresh, and forgets issuers that nobody uses. */
  async refresh(): Promise<void> {
    const now = this.#parts.clock.now()
    for (const [issuer, source] of this.#sources) {
      if (now - source.usedAt > uselessMs) this.#sources.delete(issuer)
      else if (now - source.hadAt > freshMs) await this.#ask(issuer, source)
    }
  }

  async #source(issuer: string): Promise<Source> {
    const now = this.#parts.clock.now()
    const none = {
      keys: undefined,
      hadAt: 0,
      askedAt: Number.NEGATIVE_INFINITY,
      usedAt: now,
      asking: undefined,
      fault: '',
    }
    const source = this.#sources.get(issuer) ?? none
    this.#sources.set(issuer, source)
    source.usedAt = now
    const isOld = !source.keys || now - source.hadAt > staleMs
    const asked = isOld ? this.#ask(issuer, source) : undefined
    // With keys at hand nobody waits for a source that was down before.
    if (!source.keys || source.fault === '') await asked
    return source
  }

  /** Old keys serve for a day while the source is down (SEC-92). Why it is down is for operators alone: `fix` stays here. */
  #keysOf({ keys, hadAt, fault }: Source): KeySet {
    if (keys && this.#parts.clock.now() - hadAt <= uselessMs) return keys
    throw new SignetError('unavailable', 'The keys of the issuer cannot be had at the moment.', {
      fix: `See to it that the issuer can be reached: ${fault || 'it is being asked'}.`,
      retryAfterSeconds: 5,
    })
  }

  /** Once at a time, and not again within the pause. Never rejects: what went wrong is kept, and so are the old keys. */
  #ask(issuer: string, source: Source): Promise<void> {
    if (source.asking !== undefined) return source.asking
    const now = this.#parts.clock.now()
    if (now - source.askedAt < pauseMs) return Promise.resolve()
    source.askedAt = now
    source.asking = this.#discover(issuer)
      .then((keys) => {
        Object.assign(source, { keys, hadAt: now, fault: '' })
      })
      .catch((error: unknown) => {
        source.fault = error instanceof OutboundError ? error.message : 'its answer is not what it should be'
        this.#parts.log.warn({ issuer, err: error }, 'keys of an issuer could not be had')
      })
      .finally(() => {
        source.asking = undefined
      })
    return source.asking
  }

  async #discover(issuer: string): Promise<KeySet> {
    const address = new URL(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`)
    const metadata = Metadata.parse(await this.#json(address))
    if (metadata.issuer !== issuer)
      throw new OutboundError('unreachable', 'its discovery document names another issuer')
    const { keys } = Jwks.parse(await this.#json(new URL(metadata.jwks_uri)))
    const usable = keys.map(publicJwk).filter((key) => key !== undefined)
    if (usable.length === 0) throw new OutboundError('unreachable', 'it publishes no key that tokens are verified with')
    return { keys: usable }
  }

  async #json(url: URL): Promise<unknown> {
    const { status, text } = await this.#parts.fetch(url)
    if (status !== 200) throw new OutboundError('unreachable', `${url.host} answers with ${status}`)
    return JSON.parse(text)
  }

  async #verifies(keys: KeySet, token: string): Promise<boolean> {
    const known = this.#imported.get(keys)
    const local = known ?? createLocalJWKSet({ keys: [...keys.keys] })
    if (!known) this.#imported.set(keys, local)
    try {
      await compactVerify(token, local, { algorithms: [...federatedAlgorithms] })
      return true
    } catch (error) {
      if (error instanceof errors.JWSSignatureVerificationFailed) return false
      if (error instanceof errors.JOSEError) {
        const detail = 'The client assertion names no key of its issuer that fits its algorithm.'
        throw new SignetError('assertion_key_unknown', detail, { cause: error })
      }
      throw error
    }
  }
}

/**
 * The guarded connection that discovery uses.
 *
 * @param caFile PEM of CAs that are trusted beside those of Node, for issuers inside
 * @throws StartupError when that file cannot be read
 */
export function guardedFetch(options: { caFile: string | undefined; allowPrivate: boolean; clock: Clock }): Fetch {
  const { caFile, ...guard } = options
  const ca = trustedCas(caFile, 'SIGNET_FEDERATION_CA_FILE')
  return (url) => callOutbound({ url, method: 'GET', headers: { accept: 'application/json' }, ca, ...guard })
}
