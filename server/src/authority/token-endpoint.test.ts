import { generateKeyPairSync } from 'node:crypto'
import fc from 'fast-check'
import { createLocalJWKSet, decodeJwt, type JSONWebKeySet, jwtVerify } from 'jose'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  askToken,
  authorityUrl,
  form,
  openTestAuthority,
  read,
  resource,
  type TestAuthority,
  TestClient,
  tenantId,
} from './testing/test-authority.ts'

let authority: TestAuthority
let client: TestClient

beforeEach(async () => {
  authority = await openTestAuthority()
  client = await addClient()
})
afterEach(() => authority.close())

async function addClient(options: { keyLocation?: 'agent' | 'external'; ec?: boolean } = {}): Promise<TestClient> {
  const made = await TestClient.make({ nowMs: authority.clock.now(), ...options })
  authority.clients.set(made.principal.clientId, made)
  return made
}

const fresh = (more: Record<string, unknown> = {}) =>
  client.assertion(client.header(), client.claims(authority.clock.now(), more))
const tokenUrl = `${authorityUrl}/${tenantId}/oauth2/v2.0/token`

describe('success', () => {
  it('answers v2 in numbers with a token that stock verification accepts', async () => {
    const answer = await askToken(authority, form(client, fresh()), {
      headers: { 'client-request-id': 'F47AC10B-58CC-4372-A567-0E02B2C3D479' },
    })
    expect(answer.status).toBe(200)
    expect(answer.body).toEqual({
      token_type: 'Bearer',
      expires_in: 3600,
      ext_expires_in: 3600,
      access_token: expect.any(String),
    })
    expect(answer.headers.get('cache-control')).toContain('no-store')
    expect(answer.headers.get('client-request-id')).toBe('f47ac10b-58cc-4372-a567-0e02b2c3d479')
    const keys = await read(await fetch(`${authority.base}/${tenantId}/discovery/v2.0/keys`))
    const now = Math.floor(authority.clock.now() / 1_000)
    const { payload, protectedHeader } = await jwtVerify(
      String(answer.body['access_token']),
      createLocalJWKSet(keys.body as unknown as JSONWebKeySet),
      { issuer: `${authorityUrl}/${tenantId}/`, audience: resource, currentDate: new Date(authority.clock.now()) },
    )
    expect(protectedHeader).toMatchObject({ alg: 'RS256', typ: 'JWT', kid: protectedHeader['x5t'] })
    expect(payload).toEqual({
      aud: resource,
      iss: `${authorityUrl}/${tenantId}/`,
      iat: now - 300,
      nbf: now - 300,
      exp: now + 3600,
      appid: client.principal.clientId,
      appidacr: '2',
      idp: `${authorityUrl}/${tenantId}/`,
      idtyp: 'app',
      oid: client.principal.objectId,
      sub: client.principal.objectId,
      tid: tenantId,
      uti: expect.stringMatching(/^[\w-]{22}$/),
      ver: '1.0',
      xms_mirid: expect.stringContaining('/resourcegroups/Default/'),
    })
  })

  it('answers v1 in strings', async () => {
    const answer = await askToken(
      authority,
      { ...form(client, fresh()), scope: null, resource: `${resource}/` },
      { path: `/${tenantId}/oauth2/token` },
    )
    expect(answer.status).toBe(200)
    expect(answer.body).toMatchObject({ token_type: 'Bearer', expires_in: '3600', resource: `${resource}/` })
    expect(answer.body['expires_on']).toMatch(/^\d{10}$/)
    expect(answer.body['not_before']).toMatch(/^\d{10}$/)
  })

  it('echoes the resource byte for byte into aud, one suffix taken off', async () => {
    const answer = await askToken(authority, form(client, fresh(), { scope: 'https://management.azure.com//.default' }))
    expect(decodeJwt(String(answer.body['access_token'])).aud).toBe('https://management.azure.com/')
  })

  it('ignores the OIDC scopes that MSAL for Go adds', async () => {
    const scope = `${resource}/.default openid offline_access profile`
    expect((await askToken(authority, form(client, fresh(), { scope }))).status).toBe(200)
  })

  it('finds its paths in any case and with doubled slashes', async () => {
    for (const path of [`//${tenantId.toUpperCase()}//OAuth2/v2.0/token/`, '/SIGNET.LOCAL/oauth2/v2.0/token']) {
      expect((await askToken(authority, form(client, fresh()), { path })).status).toBe(200)
    }
  })

  it('records the token before it is answered and tells which credential was used (SEC-124)', async () => {
    const answer = await askToken(authority, form(client, fresh()))
    const [row] = authority.authority.log.recent(client.principal.objectId, { limit: 10 }).items
    const uti = Buffer.from(String(decodeJwt(String(answer.body['access_token']))['uti']), 'base64url').toString('hex')
    expect(row?.id.replaceAll('-', '')).toBe(uti)
    expect(row).toMatchObject({ outcome: 'ok', audience: resource, x5tS256: client.credential.x5tS256 })
    expect(authority.used).toEqual([client.credential.id])
  })

  it('does not backdate a token that a claims challenge asked for', async () => {
    const now = Math.floor(authority.clock.now() / 1_000)
    const claims = JSON.stringify({ access_token: { nbf: { essential: true, value: String(now) } } })
    const answer = await askToken(authority, form(client, fresh(), { claims }))
    expect(decodeJwt(String(answer.body['access_token'])).nbf).toBe(now)
  })
})

describe('assertion dialects (wire-protocol 3.4)', () => {
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
    client = await addClient({ ec: true })
    expect((await askToken(authority, form(client, fresh()))).status).toBe(200)
  })
})

describe('refusals of assertions', () => {
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
    client = await addClient({ keyLocation: 'agent' })
    const codes = async (more: Record<string, unknown>) =>
      (await askToken(authority, form(client, client.assertion(client.header(), c(more))))).body.error_codes
    expect(await codes({ aud: tokenUrl })).toEqual([700023])
    expect(await codes({ exp: seconds(700) })).toEqual([700024])
    expect(await codes({})).toBeUndefined()
  })
})

describe('replay (SEC-78, SEC-79)', () => {
  it('gives one token for twenty parallel copies of an agent assertion', async () => {
    client = await addClient({ keyLocation: 'agent' })
    const assertion = fresh()
    const answers = await Promise.all(Array.from({ length: 20 }, () => askToken(authority, form(client, assertion))))
    expect(answers.filter((answer) => answer.status === 200)).toHaveLength(1)
    expect(answers.filter((answer) => answer.status === 401)).toHaveLength(19)
  })

  it('still refuses the copy after a restart', async () => {
    client = await addClient({ keyLocation: 'agent' })
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

describe('state of principal and certificate', () => {
  it.each([
    ['a deleted principal', { state: 'deleted' as const }, {}, 7000112],
    ['a suspended principal', { state: 'suspended' as const }, {}, 7000112],
    ['a revoked certificate', {}, { state: 'revoked' as const }, 7000214],
    ['a superseded certificate after its overlap', {}, { state: 'retiring' as const, usableUntil: 1 }, 7000214],
    ['an expired certificate', {}, { notAfter: 1 }, 1000502],
  ])('refuses %s, records it and tells whose certificate it was', async (_name, principal, credential, number) => {
    client.principal = { ...client.principal, ...principal }
    client.credential = { ...client.credential, ...credential }
    const answer = await askToken(authority, form(client, fresh()))
    expect(answer.body.error_codes).toEqual([number])
    const [row] = authority.authority.log.recent(client.principal.objectId, { limit: 1 }).items
    expect(row).toMatchObject({ outcome: expect.not.stringMatching('^ok$'), kid: null })
    const isForCertificate = Object.keys(credential).length > 0
    expect(authority.certificatesRefused).toEqual(isForCertificate ? [client.principal.objectId] : [])
  })

  it('forgets a client in the turn it changes', async () => {
    expect((await askToken(authority, form(client, fresh()))).status).toBe(200)
    client.principal = { ...client.principal, state: 'deleted' }
    authority.authority.forget(client.principal.objectId)
    expect((await askToken(authority, form(client, fresh()))).status).toBe(401)
  })
})

describe('bad requests', () => {
  it.each<[string, Record<string, string | null>, number, number]>([
    ['no grant', { grant_type: null }, 400, 900144],
    ['another grant', { grant_type: 'password' }, 400, 70003],
    ['no client', { client_id: null }, 400, 900144],
    ['a client that is no GUID', { client_id: "x' OR 1=1" }, 400, 700016],
    ['an unknown client', { client_id: '99999999-9999-4999-8999-999999999999' }, 400, 700016],
    ['no scope', { scope: null }, 400, 900144],
    ['a scope without /.default', { scope: resource }, 400, 1002012],
    ['two resources', { scope: `${resource}/.default https://graph.microsoft.com/.default` }, 400, 28002],
    ['a resource nobody registered (SEC-82)', { scope: 'https://evil.example/.default' }, 400, 500011],
    ['a resource that only begins like one (SEC-82)', { scope: `${resource}.evil.example/.default` }, 400, 500011],
    ['a secret', { client_assertion: null, client_secret: 'x' }, 401, 7000232],
    ['a secret beside the assertion (SEC-70)', { client_secret: 'x' }, 400, 7000218],
    ['nothing to prove itself with', { client_assertion: null }, 401, 7000218],
    ['another assertion type', { client_assertion_type: 'saml' }, 400, 50027],
  ])('refuses %s', async (_name, change, status, number) => {
    const answer = await askToken(authority, form(client, fresh(), change))
    expect([answer.status, answer.body.error_codes]).toEqual([status, [number]])
    expect(Object.keys(answer.body).sort()).toEqual([
      'correlation_id',
      'error',
      'error_codes',
      'error_description',
      'error_uri',
      'timestamp',
      'trace_id',
    ])
  })

  const post = (init: RequestInit, path = `/${tenantId}/oauth2/v2.0/token`) =>
    fetch(`${authority.base}${path}`, { method: 'POST', ...init }).then(read)
  const formType = { 'content-type': 'application/x-www-form-urlencoded' }

  it('refuses an unknown tenant with AADSTS90002', async () => {
    expect(
      (await post({ headers: formType, body: 'a=b' }, '/22222222-2222-4222-8222-222222222222/oauth2/v2.0/token')).body
        .error_codes,
    ).toEqual([90002])
  })

  it('refuses other methods, types, doubled parameters, compressed and oversized bodies in JSON (SEC-69, SEC-153)', async () => {
    const get = await read(await fetch(`${authority.base}/${tenantId}/oauth2/v2.0/token`))
    expect([get.status, get.headers.get('allow')]).toEqual([405, 'POST'])
    expect((await post({ headers: { 'content-type': 'application/json' }, body: '{}' })).status).toBe(415)
    expect((await post({ headers: formType, body: 'scope=a&scope=b' })).status).toBe(400)
    expect((await post({ headers: { ...formType, 'content-encoding': 'gzip' }, body: 'a=b' })).status).toBe(415)
    expect((await post({ headers: formType, body: `a=${'x'.repeat(70_000)}` })).status).toBe(413)
    expect((await read(await fetch(`${authority.base}/nowhere`))).status).toBe(404)
  })

  it('answers any form with JSON and never with 5xx', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(
          fc.constantFrom(
            'grant_type',
            'client_id',
            'scope',
            'client_assertion',
            'client_assertion_type',
            'claims',
            'x',
          ),
          fc.string(),
        ),
        fc.uint8Array({ maxLength: 200 }),
        async (fields, noise) => {
          const typed = await askToken(authority, { ...form(client, 'a.b.c'), ...fields })
          const raw = await post({ headers: formType, body: Buffer.from(noise) })
          expect(typed.status).toBeLessThan(500)
          expect(raw.status).toBeLessThan(500)
        },
      ),
      { numRuns: 60 },
    )
  })
})

describe('durability (SEC-125)', () => {
  it('answers 503 with Retry-After and no token when the record cannot be written', async () => {
    await authority.authority.close()
    const answer = await askToken(authority, form(client, fresh()))
    expect(answer.status).toBe(503)
    expect(answer.headers.get('retry-after')).toBe('2')
    expect(answer.body).not.toHaveProperty('access_token')
  })
})

describe('discovery', () => {
  const get = async (path: string) => read(await fetch(`${authority.base}${path}`))

  it('publishes v1 and v2 metadata whose issuer is at the authority itself', async () => {
    for (const [path, issuer] of [
      [`/${tenantId}/v2.0/.well-known/openid-configuration`, `${authorityUrl}/${tenantId}/v2.0`],
      [`/${tenantId}/.well-known/openid-configuration`, `${authorityUrl}/${tenantId}/`],
      ['/common/v2.0/.well-known/openid-configuration', `${authorityUrl}/{tenantid}/v2.0`],
    ] as const) {
      const answer = await get(path)
      expect(answer.body['issuer']).toBe(issuer)
      expect(answer.headers.get('access-control-allow-origin')).toBe('*')
      expect(answer.headers.get('cache-control')).toBe('max-age=86400, private')
      for (const name of ['token_endpoint', 'authorization_endpoint', 'jwks_uri'])
        expect(answer.body[name]).toMatch(authorityUrl)
    }
  })

  it('publishes the active and the next key, public members only (SEC-87, SEC-90)', async () => {
    for (const path of [`/${tenantId}/discovery/v2.0/keys`, `/${tenantId}/discovery/keys`, '/common/discovery/keys']) {
      const { body, headers } = await get(path)
      const keys = body['keys'] as Record<string, unknown>[]
      expect(keys).toHaveLength(2)
      for (const key of keys) {
        expect(Object.keys(key)).not.toEqual(expect.arrayContaining(['d', 'p', 'q', 'dp', 'dq', 'qi']))
        expect(key).toMatchObject({ kty: 'RSA', use: 'sig', kid: key['x5t'] })
      }
      expect(headers.get('cache-control')).toBe('max-age=3600')
    }
  })

  it('is the same whatever Host says (SEC-91)', async () => {
    const { body } = await read(
      await fetch(`${authority.base}/${tenantId}/v2.0/.well-known/openid-configuration`, {
        headers: { 'x-forwarded-host': 'evil' },
      }),
    )
    expect(JSON.stringify(body)).not.toContain('evil')
  })

  it('answers instance discovery for its own host and invalid_instance for others', async () => {
    const own = await get(
      `/common/discovery/instance?api-version=1.1&authorization_endpoint=${encodeURIComponent(`${authorityUrl}/${tenantId}/oauth2/v2.0/authorize`)}`,
    )
    expect(own.body['tenant_discovery_endpoint']).toBe(
      `${authorityUrl}/${tenantId}/v2.0/.well-known/openid-configuration`,
    )
    const other = await get('/common/discovery/instance?api-version=1.1&authorization_endpoint=https%3A%2F%2Fevil%2Fx')
    expect([other.status, other.body.error]).toEqual([400, 'invalid_instance'])
  })
})

describe('signing keys', () => {
  it('roll by themselves: the next key signs when due, the old one stays published until its tokens are gone', async () => {
    const first = authority.authority.keys.activeKid
    const next = authority.authority.keys.published.find((key) => key.kid !== first)?.kid
    authority.clock.advance(90 * 86_400_000)
    await authority.authority.keys.roll()
    expect(authority.authority.keys.activeKid).toBe(next)
    expect(authority.authority.keys.published.map((key) => key.kid)).toContain(first)
    expect(authority.authority.keys.published).toHaveLength(3)
    authority.clock.advance(2 * 86_400_000)
    await authority.authority.keys.roll()
    expect(authority.authority.keys.published.map((key) => key.kid)).not.toContain(first)
    expect(authority.authority.keys.published).toHaveLength(2)
  })
})
