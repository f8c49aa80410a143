import { afterEach, beforeEach, expect, it } from 'vitest'
import { addClient, openTestAuthority, type TestAuthority, type TestClient } from './testing/test-authority.ts'
import { TestIssuer, trustIn } from './testing/test-issuer.ts'

let issuer: TestIssuer
let authority: TestAuthority
let client: TestClient
const logged: string[] = []

beforeEach(async () => {
  logged.length = 0
  issuer = new TestIssuer()
  authority = await openTestAuthority({ fetch: issuer.fetch, logged })
  client = await addClient(authority, { kind: 'app', ec: true })
  client.trusts = [
    trustIn(issuer, client.principal, { name: 'other', issuer: 'https://other.test', subject: 'x' }),
    trustIn(issuer, client.principal),
  ]
})
afterEach(() => authority.close())

const test = (token: string) => authority.authority.federation.test(client.principal, token)
const tokenWith = (claims = {}, kid?: string) => issuer.token(authority.clock.now(), claims, kid)

it('says that a good token would be accepted, and by which rule, the best match first', async () => {
  const { accepted, aadsts, checks, rules, token } = await test(await tokenWith())
  expect([accepted, aadsts]).toEqual([true, null])
  expect(checks.map(({ name, verdict }) => [name, verdict])).toEqual([
    ['form', 'ok'],
    ['times', 'ok'],
    ['principal', 'ok'],
  ])
  expect(rules.map(({ name, accepted: fits }) => [name, fits])).toEqual([
    ['main', true],
    ['other', false],
  ])
  expect(token).toMatchObject({ issuer: issuer.url, algorithm: 'ES256', kid: 'k1' })
})

it.each([
  ['subject', { sub: 'Repo:contoso/app:ref:refs/heads/main' }, 7002138, /upper and lower case/],
  ['audience', { aud: 'api://other' }, 700212, /api:\/\/other/],
  ['issuer', { iss: 'https://issuer.test/' }, 700211, /trailing slash/],
])('names the check of the rule that failed: %s', async (name, claims, number, words) => {
  const { accepted, aadsts, rules } = await test(await tokenWith(claims))
  expect([accepted, aadsts]).toEqual([false, number])
  const failed = rules.find((rule) => rule.name === 'main')?.checks.filter(({ verdict }) => verdict === 'failed')
  expect(failed?.map((each) => each.name)).toEqual([name])
  expect(failed?.[0]?.detail).toMatch(words)
})

it('tells a wrong signature, an unknown key and keys that cannot be had apart', async () => {
  const of = async (token: string) =>
    (await test(token)).rules
      .find(({ name }) => name === 'main')
      ?.checks.slice(-2)
      .map(({ verdict }) => verdict)
  const stranger = new TestIssuer(issuer.url)
  expect(await of(await stranger.token(authority.clock.now()))).toEqual(['ok', 'failed'])
  issuer.add('k2')
  expect(await of(await tokenWith({}, 'k2'))).toEqual(['failed', 'skipped'])
  authority.clock.advance(25 * 3_600_000)
  issuer.isDown = true
  const { rules, aadsts } = await test(await tokenWith())
  expect(aadsts).toBe(90033)
  expect(rules[0]?.checks.at(-2)?.detail).toContain('ECONNREFUSED')
})

it('says of an expired token, a paused client, and of what is no token, what is wrong', async () => {
  const expired = await test(await issuer.token(authority.clock.now() - 86_400_000))
  expect(expired.checks.find(({ name }) => name === 'times')?.verdict).toBe('failed')
  client.principal = { ...client.principal, state: 'suspended' }
  authority.authority.forget(client.principal.objectId)
  expect((await test(await tokenWith())).aadsts).toBe(7000112)
  const { token, rules, checks } = await test('nonsense')
  expect([token, rules, checks[0]?.verdict]).toEqual([null, [], 'failed'])
  const own = await test(client.assertion(client.header(), client.claims(authority.clock.now())))
  expect([own.accepted, own.checks[0]?.name, own.checks[0]?.verdict]).toEqual([false, 'form', 'failed'])
})

it('issues, spends and records nothing, and the token is in no log (SEC-171)', async () => {
  const token = await tokenWith()
  issuer.isDown = true
  await test(token)
  issuer.isDown = false
  await test(token)
  expect(authority.used).toEqual([])
  expect(authority.authority.log.recent(client.principal.objectId, { limit: 10 }).items).toEqual([])
  expect(logged.length).toBeGreaterThan(0)
  for (const part of token.split('.')) expect(logged.join('\n')).not.toContain(part)
})
