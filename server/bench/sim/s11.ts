import { dayMs, hourMs, secondMs } from '@signet/shared/vocabulary/time'
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose'
import { keyLifetimeMs } from '../../src/authority/signing-key-schedule.ts'
import { keyScopes, SigningKeys } from '../../src/authority/signing-keys.ts'
import type { Clock } from '../../src/platform/clock.ts'
import { chanceOf } from '../../test/chance.ts'
import { openStack, type Stack } from '../../test/stack.ts'
import type { SimOptions, Simulation } from './scenario.ts'

const cacheMs = 12 * hourMs
const validators = 4
const tokensAtOnce = 4
const leastLifeMs = hourMs / 6
const mostLifeMs = dayMs

interface OutToken {
  readonly jws: string
  readonly kid: string
  readonly expiresAt: number
}

/** An hour; in brief a quarter of the cache. */
const stepsOf = (days: number) => (days < leastDaysByTheHour ? cacheMs / 2 : hourMs)
const leastDaysByTheHour = 200
const noFailure = 'no verification failed'

type Fault = 'a key is published when it first signs' | 'a key leaves with its last signature' | 'clocks a day fast'

/**
 * Tokens all the while as signing keys roll, checked by services that fetch the key set every twelve hours and never in
 * between, each at an hour of its own: when they are issued, and again in the last minute of their life.
 */
export const cachingValidators: Simulation = {
  criterion: 'signing keys roll under load, validators cache the key set for 12 virtual hours: 0 verification failures',
  unit: `days, ${validators} validators, ${tokensAtOnce} tokens an hour`,
  sizes: { plain: { size: leastDaysByTheHour }, full: { size: 1_000 }, brief: { size: 100 } },
  faults: {
    'a key is published when it first signs': noFailure,
    'a key leaves with its last signature': noFailure,
    'clocks a day fast': noFailure,
  } satisfies Record<Fault, string>,
  run: rollUnderLoad,
}

async function rollUnderLoad({ verdict, size, seed, fault }: SimOptions): Promise<void> {
  const share = chanceOf(seed)
  const stepMs = stepsOf(size)
  const stack = await openStack()
  try {
    let out: OutToken[] = []
    const keys = await SigningKeys.open({
      ...stack,
      scope: keyScopes.tokens,
      newestLiveKids: () => new Set(out.map(({ kid }) => kid)),
    })
    const seen = { issued: 0, checks: 0, failures: 0, kids: new Set([keys.activeKid]), mostPublished: 0 }
    const services = Array.from(
      { length: validators },
      (_, index) => new CachingService(keys, stack, { index, fault, signed: seen.kids }),
    )
    const check = async (token: OutToken, at: number) => {
      for (const service of services) {
        seen.checks += 1
        if (!(await service.accepts(token.jws, at))) seen.failures += 1
      }
    }
    for (let step = 0; step < (size * dayMs) / stepMs; step += 1) {
      const now = stack.clock.now()
      for (const token of out.filter(({ expiresAt }) => expiresAt <= now))
        await check(token, token.expiresAt - secondMs)
      out = out.filter(({ expiresAt }) => expiresAt > now)
      // Half of them are under way while the keys roll.
      const before = Array.from({ length: tokensAtOnce / 2 }, () => issue(keys, now, share()))
      const rolled = keys.roll()
      const after = Array.from({ length: tokensAtOnce / 2 }, () => issue(keys, now, share()))
      await rolled
      for (const token of await Promise.all([...before, ...after])) {
        seen.issued += 1
        seen.kids.add(token.kid)
        out.push(token)
        await check(token, now)
      }
      seen.mostPublished = Math.max(seen.mostPublished, keys.published.length)
      stack.clock.advance(stepMs)
    }
    verdict.figure('tokens', seen.issued)
    verdict.figure('checks', `${seen.checks}, ${seen.failures} failures`)
    verdict.figure('keys that signed', seen.kids.size)
    verdict.figure('keys in the key set at once, at most', seen.mostPublished)
    verdict.check(
      `the keys rolled ${Math.floor((size * dayMs) / keyLifetimeMs)} times or more`,
      seen.kids.size > (size * dayMs) / keyLifetimeMs,
    )
    verdict.check(noFailure, seen.failures === 0)
    verdict.check('no key stayed in the key set for good', keys.published.length <= 3)
  } finally {
    await stack.close()
  }
}

async function issue(keys: SigningKeys, now: number, share: number): Promise<OutToken> {
  const sign = keys.signer(false)
  const kid = keys.activeKid
  const expiresAt = now + Math.round(leastLifeMs + share * (mostLifeMs - leastLifeMs))
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url')
  const claims = { iat: Math.floor(now / secondMs), exp: Math.floor(expiresAt / secondMs) }
  const input = `${encode({ alg: 'RS256', kid })}.${encode(claims)}`
  return { jws: `${input}.${await sign(input)}`, kid, expiresAt }
}

/** It knows nothing of a key that came since it looked last, and goes by one that is gone. */
class CachingService {
  readonly #keys: SigningKeys
  readonly #clock: Clock
  readonly #fault: string | undefined
  readonly #signed: ReadonlySet<string>
  #set: ReturnType<typeof createLocalJWKSet> | undefined
  #fetchAt: number

  constructor(
    keys: SigningKeys,
    { clock }: Stack,
    given: { index: number; fault: string | undefined; signed: ReadonlySet<string> },
  ) {
    this.#keys = keys
    this.#clock = clock
    this.#fault = given.fault
    this.#signed = given.signed
    // Its first fetch is now; the next ones come at hours that differ from service to service.
    this.#fetchAt = clock.now() - (given.index * cacheMs) / validators
  }

  async accepts(jws: string, at: number): Promise<boolean> {
    const now = this.#clock.now()
    if (!this.#set || now >= this.#fetchAt) {
      const set: JSONWebKeySet = { keys: this.#published().map(({ jwk }) => ({ ...jwk })) }
      this.#set = createLocalJWKSet(set)
      while (this.#fetchAt <= now) this.#fetchAt += cacheMs
    }
    try {
      const currentDate = new Date(this.#fault === 'clocks a day fast' ? at + dayMs : at)
      await jwtVerify(jws, this.#set, { currentDate, algorithms: ['RS256'] })
      return true
    } catch {
      return false
    }
  }

  #published(): SigningKeys['published'] {
    const { published, activeKid } = this.#keys
    if (this.#fault === 'a key leaves with its last signature')
      return published.filter(({ kid }) => kid === activeKid || !this.#signed.has(kid))
    if (this.#fault === 'a key is published when it first signs')
      return published.filter(({ kid }) => this.#signed.has(kid))
    return published
  }
}
