import { generateKeyPairSync } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  addClient,
  askToken,
  authorityUrl,
  form,
  openTestAuthority,
  type TestAuthority,
  type TestClient,
  tenantId,
} from './testing/test-authority.ts'

let authority: TestAuthority
let client: TestClient

beforeEach(async () => {
  authority = await openTestAuthority()
  client = await addClient(authority)
})
afterEach(() => authority.close())

const fresh = (more: Record<string, unknown> = {}) =>
  client.assertion(client.header(), client.claims(authority.clock.now(), more))
const tokenUrl = `${authorityUrl}/${tenantId}/oauth2/v2.0/token`

describe('assertion dialects (vector 8)', () => {
  const now = () => authority.clock.now() / 1_000
  const base = () => ({
    iss: client.principal.clientId,
    sub: client.principal.clientId,
    aud: tokenUrl,
    jti: crypto.randomUUID(),
  })
  const padded = (bytes: Buffer) =>
    bytes.toString('base64url') + '='.repeat((4 - (bytes.toString('base64url').length % 4)) % 4)

  it.each<[string, () => string]>([
    [
      '@azure/identity: PS256, x5t#S256',
      () =>
        client.assertion(
          { alg: 'PS256', typ: 'JWT', 'x5t#S256': client.thumbprintS256.toString('base64url') },
          { ...base(), nbf: Math.floor(now()), exp: Math.floor(now()) + 600 },
        ),
    ],
    [
      'MSAL Go: PS256, standard base64 with padding',
      () =>
        client.assertion(
          { alg: 'PS256', typ: 'JWT', 'x5t#S256': client.thumbprintS256.toString('base64') },
          { ...base(), nbf: Math.floor(now()), exp: Math.floor(now()) + 600 },
        ),
    ],
    [
      'MSAL.NET: dates as strings, x5c as one string',
      () =>
        client.assertion(
          {
            alg: 'PS256',
            typ: 'JWT',
            'x5t#S256': client.thumbprintS256.toString('base64url'),
            x5c: client.credential.certificate.toString('base64'),
          },
          { ...base(), nbf: String(Math.floor(now())), exp: String(Math.floor(now()) + 600) },
        ),
    ],
    [
      'MSAL Python: RS256, SHA-1 padded, float dates, no nbf',
      () =>
        client.assertion(
          { alg: 'RS256', typ: 'JWT', x5t: padded(client.thumbprintSha1) },
          { ...base(), iat: now() + 0.25, exp: now() + 600.5 },
        ),
    ],
    [
      'MSAL Python with public certificate: PS256, x5c array',
      () =>
        client.assertion(
          {
            alg: 'PS256',
            typ: 'JWT',
            'x5t#S256': padded(client.thumbprintS256),
            x5c: [client.credential.certificate.toString('base64')],
          },
          { ...base(), iat: now(), exp: now() + 600 },
        ),
    ],
    [
      'MSAL Python OBO: padded segments, 1,800 s',
      () =>
        client.assertion(
          { alg: 'PS256', typ: 'JWT', 'x5t#S256': padded(client.thumbprintS256) },
          { ...base(), exp: Math.floor(now()) + 1_800 },
          { pad: true },
        ),
    ],
    [
      'adal-node: v1 endpoint as audience',
      () =>
        client.assertion(
          { alg: 'RS256', typ: 'JWT', x5t: client.thumbprintSha1.toString('base64url') },
          {
            ...base(),
            aud: `${authorityUrl}/${tenantId}/oauth2/token`,
            nbf: Math.floor(now()),
            exp: Math.floor(now()) + 600,
          },
        ),
    ],
    [
      'audience with a query',
      () =>
        client.assertion(
          { alg: 'RS256', x5t: client.thumbprintSha1.toString('base64url') },
          { ...base(), aud: `${authorityUrl}/${tenantId}/oauth2/token?api-version=1.0`, exp: Math.floor(now()) + 600 },
        ),
    ],
    [
      'openid-client: kid, issuer as audience, 60 s',
      () =>
        client.assertion(
          { alg: 'RS256', kid: client.thumbprintSha1.toString('hex').toUpperCase() },
          { ...base(), aud: `${authorityUrl}/${tenantId}/v2.0`, exp: Math.floor(now()) + 60 },
        ),
    ],
  ])('accepts %s', async (_name, make) => {
    expect((await askToken(authority, form(client, make()))).body).toHaveProperty('access_token')
  })

  it('accepts ES256 under an EC certificate', async () => {
    client = await addClient(authority, { ec: true })
    expect((await askToken(authority, form(client, fresh()))).status).toBe(200)
  })
})

describe('refusals of assertions (vector 8)', () => {
  const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const h = () => client.header()
  const c = (more: Record<string, unknown> = {}) => client.claims(authority.clock.now(), more)
  const seconds = (offset: number) => Math.floor(authority.clock.now() / 1_000) + offset

  it.each<[string, number, number, () => string]>([
    [
      'a wrong audience',
      401,
      700023,
      () => client.assertion(h(), c({ aud: 'https://login.microsoftonline.com/x/v2.0' })),
    ],
    ['two audiences (SEC-76)', 401, 700023, () => client.assertion(h(), c({ aud: [tokenUrl, 'https://other'] }))],
    ['an expired one', 401, 700024, () => client.assertion(h(), c({ nbf: seconds(-900), exp: seconds(-301) }))],
    ['one from the future', 401, 700024, () => client.assertion(h(), c({ nbf: seconds(301), exp: seconds(600) }))],
    ['a lifetime over an hour (SEC-77)', 401, 700024, () => client.assertion(h(), c({ exp: seconds(3_600 + 302) }))],
    [
      'an unknown thumbprint',
      401,
      700027,
      () => client.assertion({ ...h(), 'x5t#S256': Buffer.alloc(32, 9).toString('base64url') }, c()),
    ],
    ['no thumbprint (SEC-80: none is tried)', 401, 700027, () => client.assertion({ alg: 'RS256' }, c())],
    ['another key', 401, 700027, () => client.assertion(h(), c(), { key: stranger.privateKey })],
    ['x5c of another certificate (SEC-73)', 401, 700027, () => client.assertion({ ...h(), x5c: ['AAAA'] }, c())],
    ['ES256 over an RSA certificate (SEC-72)', 401, 700027, () => client.assertion({ ...h(), alg: 'ES256' }, c())],
    ['alg none', 400, 50027, () => client.assertion({ ...h(), alg: 'none' }, c())],
    ['HS256', 400, 50027, () => client.assertion({ ...h(), alg: 'HS256' }, c())],
    ['crit (SEC-74)', 400, 50027, () => client.assertion({ ...h(), crit: ['exp'] }, c())],
    ['jku (SEC-73)', 400, 50027, () => client.assertion({ ...h(), jku: 'https://evil' }, c())],
    ['jwk (SEC-73)', 400, 50027, () => client.assertion({ ...h(), jwk: {} }, c())],
    ['another type (SEC-74)', 400, 50027, () => client.assertion({ ...h(), typ: 'at+jwt' }, c())],
    ['five parts (SEC-71)', 400, 50027, () => `${client.assertion(h(), c())}.AAAA.AAAA`],
    [
      'a doubled member (SEC-71)',
      400,
      50027,
      () => client.assertion(h(), c(), { rawClaims: JSON.stringify(c()).replace('{', '{"aud":"x",') }),
    ],
    [
      'a doubled member behind an escape',
      400,
      50027,
      () => client.assertion(h(), c(), { rawClaims: JSON.stringify(c()).replace('{', '{"a\\u0075d":"x",') }),
    ],
    [
      'deep nesting (SEC-71)',
      400,
      50027,
      () => client.assertion(h(), c({ deep: JSON.parse(`${'['.repeat(12)}${']'.repeat(12)}`) })),
    ],
    ['no jti (SEC-78)', 400, 50027, () => client.assertion(h(), { ...c(), jti: undefined })],
    ['another subject (SEC-75)', 401, 700021, () => client.assertion(h(), c({ sub: crypto.randomUUID() }))],
    ['text', 400, 50027, () => 'not.a.jwt'],
  ])('refuses %s', async (_name, status, number, make) => {
    const answer = await askToken(authority, form(client, make()))
    expect([answer.status, answer.body.error_codes]).toEqual([status, [number]])
    expect(answer.body.error_description).toMatch(new RegExp(`^AADSTS${number}: `))
    expect(answer.body).not.toHaveProperty('access_token')
  })

  it('wants the issuer as audience and 300 s at most from keys an agent holds (SEC-76, SEC-77)', async () => {
    client = await addClient(authority, { keyLocation: 'agent' })
    const codes = async (more: Record<string, unknown>) =>
      (await askToken(authority, form(client, client.assertion(client.header(), c(more))))).body.error_codes
    expect(await codes({ aud: tokenUrl })).toEqual([700023])
    expect(await codes({ exp: seconds(700) })).toEqual([700024])
    expect(await codes({})).toBeUndefined()
  })
})

describe('replay (SEC-78, SEC-79)', () => {
  it('gives one token for twenty parallel copies of an agent assertion', async () => {
    client = await addClient(authority, { keyLocation: 'agent' })
    const assertion = fresh()
    const answers = await Promise.all(Array.from({ length: 20 }, () => askToken(authority, form(client, assertion))))
    expect(answers.filter((answer) => answer.status === 200)).toHaveLength(1)
    expect(answers.filter((answer) => answer.status === 401)).toHaveLength(19)
  })

  it('still refuses the copy after a restart', async () => {
    client = await addClient(authority, { keyLocation: 'agent' })
    const assertion = fresh()
    expect((await askToken(authority, form(client, assertion))).status).toBe(200)
    const { folder, clock, clients } = authority
    await authority.close(true)
    authority = await openTestAuthority({ folder, clock })
    for (const [id, one] of clients) authority.clients.set(id, one)
    expect((await askToken(authority, form(client, assertion))).status).toBe(401)
  })

  it('lets customers send the same bytes again, but not other bytes under the same jti', async () => {
    const jti = 'the-same'
    const assertion = fresh({ jti })
    expect((await askToken(authority, form(client, assertion))).status).toBe(200)
    expect((await askToken(authority, form(client, assertion))).status).toBe(200)
    expect((await askToken(authority, form(client, fresh({ jti, extra: 1 })))).status).toBe(401)
  })
})
