import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { FakeClock } from '../platform/clock.ts'
import { Secret } from '../platform/secret.ts'
import { SignetError } from '../platform/signet-error.ts'
import { TokenAnswer } from './token-answer.ts'
import { type Force, TokenCache } from './token-cache.ts'

const hourMs = 3_600_000
const about = { clientId: 'c', objectId: 'o', resourceId: null, resource: 'r' }

/** The token as a workload gets it. */
const tokenOf = (answer: TokenAnswer): string => JSON.parse(answer.bodyAt(0)).access_token

function rig() {
  const clock = new FakeClock()
  const cache = new TokenCache(clock)
  const calls = { count: 0 }
  const fetch = async () => {
    calls.count += 1
    return new TokenAnswer({ accessToken: new Secret(`t${calls.count}`), expiresInSeconds: 3_600 }, about, clock.now())
  }
  const away = async () => {
    calls.count += 1
    throw new SignetError('authority_unreachable')
  }
  const ask = async (using: () => Promise<TokenAnswer> = fetch, force?: Force) =>
    tokenOf((await cache.get('o 1 r', using, force)).answer)
  return { clock, cache, calls, fetch, away, ask }
}

const settle = () => new Promise((resolve) => setImmediate(resolve))

describe('single flight', () => {
  it('makes one upstream request out of 1,000 simultaneous misses (SEC-105)', async () => {
    const { ask, calls } = rig()
    const answers = await Promise.all(Array.from({ length: 1_000 }, () => ask()))
    expect([calls.count, new Set(answers).size]).toEqual([1, 1])
  })

  it('fails all who wait together, and tries again for the next', async () => {
    const { ask, away, calls } = rig()
    const answers = await Promise.allSettled([ask(away), ask(away)])
    expect(answers.map((answer) => answer.status)).toEqual(['rejected', 'rejected'])
    expect([await ask(), calls.count]).toEqual(['t2', 2])
  })
})

describe('age', () => {
  it('is served from memory before the refresh is due', async () => {
    const { ask, clock, calls } = rig()
    await ask()
    clock.advance(0.39 * hourMs)
    expect([await ask(), calls.count]).toEqual(['t1', 1])
  })

  it('is refreshed in the background after half its life, the old one served meanwhile', async () => {
    const { ask, clock, calls } = rig()
    await ask()
    clock.advance(0.51 * hourMs)
    expect(await ask()).toBe('t1')
    await settle()
    expect([await ask(), calls.count]).toEqual(['t2', 2])
  })

  it('is served until five minutes before it ends while the authority is away, and not longer', async () => {
    const { ask, away, clock, calls } = rig()
    await ask()
    clock.advance(hourMs - 5 * 60_000 - 1)
    expect(await ask(away)).toBe('t1')
    await settle()
    expect([await ask(away), calls.count]).toEqual(['t1', 2])
    clock.advance(1)
    await expect(ask(away)).rejects.toThrow('authority_unreachable')
  })

  it('counts expires_in down in the body, and nothing else', () => {
    const answer = new TokenAnswer(
      { accessToken: new Secret('a"b'), expiresInSeconds: 100 },
      { ...about, resource: 'x"//' },
      5_000,
    )
    const [now, later] = [JSON.parse(answer.bodyAt(5_000)), JSON.parse(answer.bodyAt(65_500))]
    expect(now).toMatchObject({ access_token: 'a"b', resource: 'x"//', expires_in: '100', expires_on: '105' })
    expect(later).toEqual({ ...now, expires_in: '39', ext_expires_in: '39' })
  })
})

describe('forced refresh', () => {
  it('happens once in ten seconds per key', async () => {
    const { ask, fetch, clock } = rig()
    await ask()
    expect(await ask(fetch, 'fresh')).toBe('t2')
    expect(await ask(fetch, 'fresh')).toBe('t2')
    clock.advance(10_000)
    expect(await ask(fetch, 'fresh')).toBe('t3')
  })

  it('gives the cached token to whoever would wait longer than a second', async () => {
    const { ask, clock } = rig()
    await ask()
    const waiting = ask(() => new Promise(() => undefined), 'fresh')
    await settle()
    clock.advance(1_000)
    expect(await waiting).toBe('t1')
  })

  it('gives the cached token when the authority is away, and passes a refusal on', async () => {
    const { ask, away, clock } = rig()
    await ask()
    expect(await ask(away, 'fresh')).toBe('t1')
    clock.advance(10_000)
    const refused = () => Promise.reject(new SignetError('credential_refused'))
    await expect(ask(refused, 'fresh')).rejects.toThrow('credential_refused')
  })
})

describe('a token that was refused elsewhere', () => {
  const sha256 = (token: string) => createHash('sha256').update(token).digest('hex')

  it('is replaced, at most once in thirty seconds, and no other token is (SEC-107)', async () => {
    const { ask, fetch, clock, calls } = rig()
    await ask()
    expect(await ask(fetch, { sha256: sha256('t2') })).toBe('t1')
    expect(await ask(fetch, { sha256: sha256('t1').toUpperCase() })).toBe('t2')
    expect(await ask(fetch, { sha256: sha256('t1') })).toBe('t2')
    expect(await ask(fetch, { sha256: sha256('t2') })).toBe('t3')
    expect(calls.count).toBe(3)
    clock.advance(30_000)
    expect(await ask(fetch, { sha256: sha256('t3') })).toBe('t4')
  })

  it('is given again within thirty seconds of an attempt that came to nothing (SEC-107)', async () => {
    const { ask, away, fetch, clock, calls } = rig()
    await ask()
    const named = { sha256: sha256('t1') }
    expect([await ask(away, named), await ask(fetch, named), calls.count]).toEqual(['t1', 't1', 2])
    clock.advance(30_000)
    expect(await ask(fetch, named)).toBe('t3')
  })
})

describe('dropping', () => {
  it('forgets every key of a principal that is gone or of another version', async () => {
    const { cache, ask, fetch, calls } = rig()
    await ask()
    await cache.get('p 1 r', fetch)
    cache.keepOnly(['p 1 '])
    expect(cache.peek('o 1 r', fetch)).toBeUndefined()
    expect(cache.peek('p 1 r', fetch)).toBeDefined()
    expect(calls.count).toBe(2)
  })

  it('gives nobody a token that arrives after its principal was revoked (SEC-45)', async () => {
    const { cache, ask, fetch } = rig()
    const { promise, resolve } = Promise.withResolvers<void>()
    const waiting = ask(async () => {
      await promise
      return fetch()
    })
    cache.keepOnly([])
    resolve()
    await expect(waiting).rejects.toThrow('identity_not_found')
    expect(cache.peek('o 1 r', fetch)).toBeUndefined()
  })

  it('keeps the 1,000 that were used last', async () => {
    const { cache, fetch } = rig()
    for (let index = 0; index < 1_000; index += 1) await cache.get(`k${index}`, fetch)
    cache.peek('k0', fetch)
    await cache.get('k1000', fetch)
    expect(cache.peek('k0', fetch)).toBeDefined()
    expect(cache.peek('k1', fetch)).toBeUndefined()
  })
})
