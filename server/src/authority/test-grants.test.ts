import { afterEach, describe, expect, it } from 'vitest'
import { FakeClock } from '../platform/clock.ts'
import { TestGrants } from './test-grants.ts'
import { addClient, askToken, form, openTestAuthority, type TestAuthority } from './testing/test-authority.ts'

const correlationId = '0e02b2c3-58cc-4372-a567-f47ac10bd479'

describe('a grant for a shorter token', () => {
  it('shortens one token of its request and no other', () => {
    const grants = new TestGrants(new FakeClock())
    grants.give('a', 300)
    expect(grants.shorten('b', 3_600)).toBe(3_600)
    expect(grants.shorten('a', 3_600)).toBe(300)
    expect(grants.shorten('a', 3_600)).toBe(3_600)
  })

  it('never makes a token longer', () => {
    const grants = new TestGrants(new FakeClock())
    grants.give('a', 86_400)
    expect(grants.shorten('a', 3_600)).toBe(3_600)
  })

  it('is gone after a minute, and when its test is over', () => {
    const clock = new FakeClock()
    const grants = new TestGrants(clock)
    grants.give('a', 300)
    clock.advance(60_000)
    expect(grants.shorten('a', 3_600)).toBe(3_600)
    grants.give('b', 300)
    grants.withdraw('b')
    expect(grants.shorten('b', 3_600)).toBe(3_600)
  })

  it('stays bounded: the oldest gives way', () => {
    const grants = new TestGrants(new FakeClock())
    for (let index = 0; index <= 100; index += 1) grants.give(`id-${index}`, 300)
    expect([grants.shorten('id-0', 3_600), grants.shorten('id-100', 3_600)]).toEqual([3_600, 300])
  })
})

describe('the token endpoint', () => {
  let open: TestAuthority | undefined
  afterEach(async () => {
    await open?.close()
    open = undefined
  })

  it('issues five minutes under a grant, once, and nothing in the form of a workload does that', async () => {
    const authority = await openTestAuthority()
    open = authority
    const client = await addClient(authority)
    const ask = async (extra: Record<string, string> = {}) => {
      const assertion = client.assertion(client.header(), client.claims(authority.clock.now()))
      const headers = { 'client-request-id': correlationId }
      const { body } = await askToken(authority, form(client, assertion, extra), { headers })
      return Number(body['expires_in'])
    }
    expect(await ask({ lifetime: '300', expires_in: '300', test: 'true' })).toBe(3_600)
    authority.authority.testGrants.give(correlationId, 300)
    expect(await ask()).toBe(300)
    expect(await ask()).toBe(3_600)
  })
})
