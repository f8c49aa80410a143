import { createLocalJWKSet, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from 'jose'
import { afterEach, beforeEach, expect, it } from 'vitest'
import {
  addClient,
  askToken,
  form,
  openTestAuthority,
  type TestAuthority,
  type TestClient,
  tenantId,
} from './testing/test-authority.ts'

const hourMs = 3_600_000
let authority: TestAuthority
beforeEach(async () => {
  authority = await openTestAuthority()
})
afterEach(async () => {
  client = undefined
  await authority.close()
})

let client: { one: TestClient; until: number } | undefined

/** @returns a token; certificates of the test live for a day, so a client is made for half of one */
async function token(): Promise<string> {
  const now = authority.clock.now()
  if (!client || now >= client.until) client = { one: await addClient(authority), until: now + 12 * hourMs }
  const { one } = client
  const { status, body } = await askToken(authority, form(one, one.assertion(one.header(), one.claims(now))))
  expect(status).toBe(200)
  return String(body['access_token'])
}

/** A service that reads the key set once in 24 hours and never in between, whatever it meets. */
class RelyingParty {
  #keys: ReturnType<typeof createLocalJWKSet> | undefined
  #readAt = Number.NEGATIVE_INFINITY

  /** A second late, so that a token is judged up to the last second of its life. */
  async verify(jwt: string): Promise<void> {
    const now = authority.clock.now()
    if (!this.#keys || now >= this.#readAt + 24 * hourMs) {
      const answer = await fetch(`${authority.base}/${tenantId}/discovery/v2.0/keys`)
      this.#keys = createLocalJWKSet((await answer.json()) as JSONWebKeySet)
      this.#readAt = now
    }
    await jwtVerify(jwt, this.#keys, { currentDate: new Date(now - 1_000), algorithms: ['RS256'] })
  }
}

it('verifies every token across two signing-key rollovers with a key set that it reads once in 24 hours (SEC-87)', async () => {
  const { clock } = authority
  const { keys } = authority.authority
  const start = clock.now()
  const signers = new Set<string>()
  for (const rollover of [90, 180].map((days) => start + days * 24 * hourMs)) {
    // Each reads at an hour of its own, so that one of them read just before each change of the key set.
    const services = Array.from({ length: 8 }, () => new RelyingParty())
    const from = rollover - 50 * hourMs
    const before: string[] = []
    for (let hour = 0; hour < 125; hour += 1) {
      clock.advance(from + hour * hourMs - clock.now())
      await keys.roll()
      const jwt = await token()
      signers.add(decodeProtectedHeader(jwt).kid ?? '')
      // A token lives for an hour: the one before is in its last second.
      const live = [jwt, ...before.splice(0)]
      for (const service of services.slice(0, hour / 3 + 1)) for (const one of live) await service.verify(one)
      before.push(jwt)
    }
  }
  expect(signers.size).toBe(3)
}, 60_000)

it('finds exactly one key that signs and one that comes next in the key set, before, between and after rollovers (SEC-87)', async () => {
  const { clock } = authority
  for (let day = 0; day < 200; day += 5) {
    const states = (await authority.authority.keyAdmin.list())
      .filter(({ purpose }) => purpose === 'tokens')
      .map(({ state }) => state)
    expect(states.filter((state) => state === 'active')).toHaveLength(1)
    expect(states.filter((state) => state === 'prepared')).toHaveLength(1)
    clock.advance(5 * 24 * hourMs)
    await authority.authority.keys.roll()
  }
})
