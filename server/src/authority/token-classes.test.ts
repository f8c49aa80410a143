import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  addClient,
  askToken,
  form,
  openTestAuthority,
  resource,
  type TestAuthority,
  type TestClient,
} from './testing/test-authority.ts'
import { TestIssuer, trustIn } from './testing/test-issuer.ts'

const issuer = new TestIssuer()
let authority: TestAuthority
let client: TestClient
let accessToken: string

beforeAll(async () => {
  authority = await openTestAuthority({ fetch: issuer.fetch })
  client = await addClient(authority, { kind: 'app' })
  client.trusts = [trustIn(issuer, client.principal)]
  const { body } = await askToken(authority, form(client, own()))
  accessToken = String(body['access_token'])
})
afterAll(() => authority.close())

const own = () => client.assertion(client.header(), client.claims(authority.clock.now()))
const asAssertion = async (token: string) => {
  const { status, body } = await askToken(authority, form(client, token))
  return [status, ...(body.error_codes ?? [])]
}
const failedAsAccessToken = (token: string) =>
  authority.authority.verifier.verify(token, resource).checks.flatMap(({ name, ok }) => (ok ? [] : [name]))
const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

describe('a token of one class is none of another, by its key and not only by its claims (SEC-84)', () => {
  it('the access token is good as what it is', () => {
    expect(failedAsAccessToken(accessToken)).toEqual([])
  })

  it('an access token proves no client', async () => {
    expect(await asAssertion(accessToken)).toEqual([401, 700211])
  })

  it('an assertion, and the token of an external issuer, are no access tokens', async () => {
    expect(failedAsAccessToken(own())).toContain('signature')
    expect(failedAsAccessToken(await issuer.token(authority.clock.now()))).toContain('signature')
  })

  it('the claims of one under the key of another are neither', async () => {
    const sign = authority.authority.keys.signer(true)
    const byAuthority = `${part(client.header())}.${part(client.claims(authority.clock.now()))}`
    expect(await asAssertion(`${byAuthority}.${await sign(byAuthority)}`)).toEqual([401, 700027])
    const [head = '', body = ''] = accessToken.split('.')
    const read = (text: string) =>
      JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as Record<string, unknown>
    expect(failedAsAccessToken(client.assertion(read(head), read(body)))).toEqual(['signature'])
    const external = await issuer.token(authority.clock.now(), client.claims(authority.clock.now()))
    expect(await asAssertion(external)).toEqual([401, 700027])
  })
})
