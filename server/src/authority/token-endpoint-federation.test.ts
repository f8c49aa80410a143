import { decodeJwt } from 'jose'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  type Answer,
  addClient,
  askToken,
  form,
  openTestAuthority,
  type TestAuthority,
  type TestClient,
} from './testing/test-authority.ts'
import { TestIssuer, trustIn } from './testing/test-issuer.ts'

let issuer: TestIssuer
let authority: TestAuthority
let client: TestClient

beforeEach(async () => {
  issuer = new TestIssuer()
  authority = await openTestAuthority({ fetch: issuer.fetch })
  client = await addClient(authority, { kind: 'app', ec: true })
  client.trusts = [trustIn(issuer, client.principal)]
})
afterEach(() => authority.close())

const now = () => authority.clock.now()
const send = (token: string, to = client) => askToken(authority, form(to, token))
const ask = async (claims = {}, kid?: string) => send(await issuer.token(now(), claims, kid))
const codeOf = ({ status, body }: Answer) => [status, ...(body.error_codes ?? [])]

describe('a federated assertion (SEC-189)', () => {
  it('brings a token of the client, may come again until it expires, and its use is told', async () => {
    const token = await issuer.token(now())
    const answers = [await send(token), await send(token)]
    expect(answers.map(({ status }) => status)).toEqual([200, 200])
    const claims = decodeJwt(String(answers[0]?.body['access_token']))
    expect(claims).toMatchObject({ appid: client.principal.clientId, appidacr: '2', oid: client.principal.objectId })
    expect(authority.used).toEqual([client.trusts[0]?.id, client.trusts[0]?.id])
    authority.clock.advance(900_000)
    expect(codeOf(await send(token))).toEqual([401, 700024])
  })

  it.each([
    ['another issuer', { iss: 'https://other.test' }, 700211],
    ['the issuer with a slash', { iss: 'https://issuer.test/' }, 700211],
    ['another subject', { sub: 'repo:contoso/app:ref:refs/heads/dev' }, 700213],
    ['the subject in another case', { sub: 'repo:Contoso/app:ref:refs/heads/main' }, 7002138],
    ['another audience', { aud: 'api://other' }, 700212],
    ['a second audience', { aud: ['api://AzureADTokenExchange', 'api://other'] }, 700212],
    ['the audience in another case', { aud: 'api://azureadtokenexchange' }, 700212],
    ['a life of more than 24 hours', { exp: 2_000_000_000 }, 700024],
    ['a beginning in the future', { nbf: 1_999_000_000 }, 700024],
  ])('with %s is refused', async (_name, claims, code) => {
    expect(codeOf(await ask(claims))).toEqual([401, code])
    expect(issuer.asked).toBe(0)
  })

  it('takes a list of one audience, as Kubernetes sends it', async () => {
    expect((await ask({ aud: ['api://AzureADTokenExchange'] })).status).toBe(200)
  })

  it('is refused when it was changed, or is of another key', async () => {
    const [head, body, signature] = (await issuer.token(now())).split('.')
    const other = new TestIssuer(issuer.url)
    expect(codeOf(await send(`${head}.${body}.${signature?.split('').reverse().join('')}`))).toEqual([401, 700027])
    expect(codeOf(await send(await other.token(now())))).toEqual([401, 700027])
  })

  it('is never accepted for a client without such a trust', async () => {
    const stranger = await addClient(authority, { kind: 'app', ec: true })
    const system = await addClient(authority, { ec: true })
    for (const to of [stranger, system])
      expect(codeOf(await send(await issuer.token(now()), to))).toEqual([401, 700211])
  })

  it('is never mixed with an assertion of the client itself (SEC-75)', async () => {
    const { clientId } = client.principal
    // by its own key, in the name of the issuer; and by the key of the issuer, in its own name
    expect(
      codeOf(await send(client.assertion(client.header(), client.claims(now(), { iss: issuer.url, sub: clientId })))),
    ).toEqual([401, 700213])
    expect(codeOf(await ask({ iss: clientId, sub: clientId }))).toEqual([401, 700027])
  })

  it.each(['none', 'HS256', 'PBES2-HS256+A128KW'])('refuses the algorithm %s', async (alg) => {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const [, body] = (await issuer.token(now())).split('.')
    expect(codeOf(await send(`${part({ alg, kid: 'k1' })}.${body}.c2ln`))).toEqual([400, 50027])
  })

  it.each(['RS256', 'PS256', 'ES384', 'EdDSA'] as const)('takes a token signed by %s', async (alg) => {
    issuer.add(alg, alg)
    expect((await ask({}, alg)).status).toBe(200)
  })

  it('of a paused client is refused with 7000112', async () => {
    client.principal = { ...client.principal, state: 'suspended' }
    expect(codeOf(await ask())).toEqual([401, 7000112])
  })

  it('meets a prefix and an expression over its claims', async () => {
    const byExpression = "claims['sub'] matches 'repo:contoso/*' and claims['environment'] eq 'prod'"
    client.trusts = [
      trustIn(issuer, client.principal, { match: 'prefix', subject: 'repo:fabrikam/' }),
      trustIn(issuer, client.principal, { match: 'expression', subject: byExpression }),
    ]
    expect((await ask({ sub: 'repo:fabrikam/x' })).status).toBe(200)
    expect((await ask({ environment: 'prod' })).status).toBe(200)
    expect(codeOf(await ask({ environment: 'dev' }))).toEqual([401, 700213])
  })

  it('needs no connection where the keys are pinned (SEC-190)', async () => {
    client.trusts = [trustIn(issuer, client.principal, { pinned: await issuer.jwks() })]
    issuer.isDown = true
    expect((await ask()).status).toBe(200)
    issuer.add('k2')
    expect(codeOf(await ask({}, 'k2'))).toEqual([401, 700027])
    expect(issuer.asked).toBe(0)
  })

  it('is answered with 503 and Retry-After while the keys cannot be had, without saying why', async () => {
    issuer.isDown = true
    const answer = await ask()
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5'])
    expect(JSON.stringify(answer.body)).not.toContain('ECONNREFUSED')
  })
})
