import { dayMs, hourMs, minuteMs, secondMs } from '@signet/shared/vocabulary/time'
import { decodeJwt } from 'jose'
import { afterEach, describe, expect, it } from 'vitest'
import { askToken, form, openTestAuthority, type TestAuthority, TestClient } from './testing/test-authority.ts'

let authority: TestAuthority
let client: TestClient
afterEach(() => authority.close())

async function open(): Promise<void> {
  authority = await openTestAuthority()
  client = await TestClient.make({ nowMs: authority.clock.now() - hourMs, keyLocation: 'external' })
  authority.clients.set(client.principal.clientId, client)
}

async function token() {
  const assertion = client.assertion(client.header(), client.claims(authority.clock.now()))
  const answer = await askToken(authority, form(client, assertion))
  expect(answer.status).toBe(200)
  const { iat = 0, nbf = 0, exp = 0 } = decodeJwt(String(answer.body['access_token']))
  return { iat, nbf, exp }
}

describe('tokens', () => {
  it('do not go back in time with a clock that is set back by seconds or minutes, and are good at once (SEC-145)', async () => {
    await open()
    let last = await token()
    for (const byMs of [-secondMs, -minuteMs, -3 * minuteMs]) {
      authority.clock.step(byMs)
      const next = await token()
      expect(next.iat).toBeGreaterThanOrEqual(last.iat)
      expect(next.nbf).toBeGreaterThanOrEqual(last.nbf)
      expect(next.nbf * 1_000).toBeLessThanOrEqual(authority.clock.now())
      last = next
    }
  })

  it('follow a clock that is set by hours, so that they are good at once (SEC-145)', async () => {
    await open()
    await token()
    for (const byMs of [hourMs, -hourMs]) {
      authority.clock.step(byMs)
      const { nbf, exp } = await token()
      expect(nbf * 1_000).toBeLessThanOrEqual(authority.clock.now())
      expect(exp * 1_000 - authority.clock.now()).toBeGreaterThan(59 * minuteMs)
    }
  })
})

describe('the keys of the authority', () => {
  it('roll by a clock that jumped, but none is withdrawn until it was steady for ten minutes (SEC-145)', async () => {
    await open()
    const { keys } = authority.authority
    const first = keys.activeKid
    authority.clock.advance(90 * dayMs)
    await keys.roll()
    expect(keys.activeKid).not.toBe(first)
    authority.clock.step(3 * dayMs)
    await keys.roll()
    expect(keys.published.map((key) => key.kid)).toContain(first)
    authority.clock.advance(10 * minuteMs)
    await keys.roll()
    expect(keys.published.map((key) => key.kid)).not.toContain(first)
  })
})

describe('the token log', () => {
  it('loses nothing to a clock that jumped (SEC-145)', async () => {
    await open()
    const { log } = authority.authority
    await token()
    authority.clock.step(40 * dayMs)
    await log.prune()
    expect(log.recent(client.principal.objectId, { limit: 10 }).items).toHaveLength(1)
    authority.clock.advance(10 * minuteMs)
    await log.prune()
    expect(log.recent(client.principal.objectId, { limit: 10 }).items).toHaveLength(0)
  })
})
