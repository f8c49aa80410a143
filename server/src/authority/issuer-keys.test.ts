import { beforeEach, describe, expect, it } from 'vitest'
import { FakeClock } from '../platform/clock.ts'
import { createLogger } from '../platform/log.ts'
import { guardedFetch, IssuerKeys } from './issuer-keys.ts'
import { TestIssuer } from './testing/test-issuer.ts'

let clock: FakeClock
let issuer: TestIssuer
let keys: IssuerKeys

beforeEach(() => {
  clock = new FakeClock()
  issuer = new TestIssuer()
  keys = new IssuerKeys({ clock, log: createLogger('silent'), fetch: issuer.fetch })
})

const verifies = async (kid = 'k1') =>
  keys.verifies({ issuer: issuer.url, pinned: null }, await issuer.token(clock.now(), {}, kid))
const hour = 3_600_000

describe('keys of an external issuer (SEC-190)', () => {
  it('are asked for once, however many need them', async () => {
    expect(await Promise.all(Array.from({ length: 20 }, () => verifies()))).toEqual(Array(20).fill(true))
    expect(issuer.asked).toBe(2)
  })

  it('are asked for anew on an unknown kid, at most once in 30 s (SEC-92)', async () => {
    await verifies()
    issuer.add('k2')
    await expect(verifies('k2')).rejects.toMatchObject({ code: 'assertion_key_unknown' })
    expect(issuer.asked).toBe(2)
    clock.advance(30_000)
    expect(await verifies('k2')).toBe(true)
    expect(issuer.asked).toBe(4)
  })

  it('are asked for by the clock, so that no request waits for it, and a withdrawn key is out within the hour', async () => {
    issuer.add('k2')
    expect(await verifies('k2')).toBe(true)
    const token = await issuer.token(clock.now(), {}, 'k2')
    issuer.remove('k2')
    clock.advance(hour - 600_000 + 1)
    await keys.refresh()
    expect(issuer.asked).toBe(4)
    await expect(keys.verifies({ issuer: issuer.url, pinned: null }, token)).rejects.toMatchObject({
      code: 'assertion_key_unknown',
    })
  })

  it('serve for 24 hours while the source is down, and no longer (SEC-92)', async () => {
    await verifies()
    issuer.isDown = true
    clock.advance(24 * hour)
    expect(await verifies()).toBe(true)
    clock.advance(1)
    await expect(verifies()).rejects.toMatchObject({ code: 'unavailable' })
  })

  it('are not given up for an empty set, nor for a document that names another issuer (SEC-92)', async () => {
    await verifies()
    const token = await issuer.token(clock.now())
    issuer.remove('k1')
    clock.advance(2 * hour)
    expect(await keys.verifies({ issuer: issuer.url, pinned: null }, token)).toBe(true)
    issuer.add('k1')
    issuer.claimedIssuer = `${issuer.url}/`
    clock.advance(2 * hour)
    expect(await keys.verifies({ issuer: issuer.url, pinned: null }, token)).toBe(true)
  })

  it('of a document that names another issuer are none', async () => {
    issuer.claimedIssuer = 'https://other.test'
    await expect(verifies()).rejects.toMatchObject({ code: 'unavailable' })
  })

  it('of an issuer that nobody uses for a day are forgotten', async () => {
    await verifies()
    clock.advance(24 * hour + 1)
    await keys.refresh()
    expect(issuer.asked).toBe(2)
  })
})

it('an issuer at a loopback, link-local or private address is not asked (SEC-159)', async () => {
  const guarded = guardedFetch({ caFile: undefined, allowPrivate: false, clock })
  for (const host of ['127.0.0.1', '169.254.169.254', '10.0.0.1', '[::1]', 'localhost']) {
    await expect(guarded(new URL(`https://${host}/.well-known/openid-configuration`))).rejects.toMatchObject({
      fault: 'address',
    })
  }
})
