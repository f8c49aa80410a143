import { dayMs, hourMs, secondMs } from '@signet/shared/vocabulary/time'
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose'
import { keyLifetimeMs } from '../../src/authority/signing-key-schedule.ts'
import { keyScopes, SigningKeys } from '../../src/authority/signing-keys.ts'
import type { Clock } from '../../src/platform/clock.ts'
import { openStack, type Stack } from '../../test/stack.ts'
import { type SimOptions, seededShares } from './scenario.ts'

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

/**
 * Tokens all the while as signing keys roll, checked by services that fetch the key set every twelve hours and never in
 * between, each at an hour of its own: when they are issued, and again in the last minute of their life.
 */
export async function run({ verdict, size = 200, seed }: SimOptions): Promise<void> {
  verdict.criterion(
    `signing keys roll for ${size} days, validators cache the key set for 12 h: 0 verification failures`,
  )
  const share = seededShares(seed)
  const stack = await openStack()
  try {
    let out: OutToken[] = []
    const keys = await SigningKeys.open({
      ...stack,
      scope: keyScopes.tokens,
      newestLiveKids: () => new Set(out.map(({ kid }) => kid)),
    })
    const services = Array.from({ length: validators }, (_, index) => new CachingService(keys, stack, index))
    const seen = { issued: 0, checks: 0, failures: 0, kids: new Set<string>(), mostPublished: 0 }
    const check = async (token: OutToken, at: number) => {
      for (const service of services) {
        seen.checks += 1
        if (!(await service.accepts(token.jws, at))) seen.failures += 1
      }
    }
    for (let hour = 0; hour < size * 24; hour += 1) {
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
      stack.clock.advance(hourMs)
    }
    verdict.figure('tokens', seen.issued)
    verdict.figure('checks', seen.checks)
    verdict.figure('keys that signed', seen.kids.size)
    verdict.figure('keys in the key set at once, at most', seen.mostPublished)
    verdict.check(
      `the keys rolled ${Math.floor((size * dayMs) / keyLifetimeMs)} times or more`,
      seen.kids.size > (size * dayMs) / keyLifetimeMs,
    )
    verdict.check('no verification failed', seen.failures === 0)
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
  #set: ReturnType<typeof createLocalJWKSet> | undefined
  #fetchAt: number

  constructor(keys: SigningKeys, { clock }: Stack, index: number) {
    this.#keys = keys
    this.#clock = clock
    // Its first fetch is now; the next ones come at hours that differ from service to service.
    this.#fetchAt = clock.now() - (index * cacheMs) / validators
  }

  async accepts(jws: string, at: number): Promise<boolean> {
    const now = this.#clock.now()
    if (!this.#set || now >= this.#fetchAt) {
      const set: JSONWebKeySet = { keys: this.#keys.published.map(({ jwk }) => ({ ...jwk })) }
      this.#set = createLocalJWKSet(set)
      while (this.#fetchAt <= now) this.#fetchAt += cacheMs
    }
    try {
      await jwtVerify(jws, this.#set, { currentDate: new Date(at), algorithms: ['RS256'] })
      return true
    } catch {
      return false
    }
  }
}
