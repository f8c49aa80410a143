import fc from 'fast-check'
import { createLocalJWKSet, decodeJwt, type JSONWebKeySet, jwtVerify } from 'jose'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  addClient,
  askToken,
  authorityUrl,
  form,
  openTestAuthority,
  read,
  resource,
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
    expect(authority.certificateVerdicts).toEqual(isForCertificate ? [client.principal.objectId] : [])
  })

  it('tells of the first token after a refusal for the certificate, once it is on record, and of no other', async () => {
    const { objectId } = client.principal
    const certificate = client.credential
    client.credential = { ...certificate, notAfter: 1 }
    await askToken(authority, form(client, fresh()))
    client.credential = certificate
    authority.authority.forget(objectId)
    expect(authority.authority.usage.refusedFor([objectId]).size).toBe(1)
    expect((await askToken(authority, form(client, fresh()))).status).toBe(200)
    expect(authority.certificateVerdicts).toEqual([objectId, objectId])
    expect(authority.authority.usage.refusedFor([objectId]).size).toBe(0)
    expect((await askToken(authority, form(client, fresh()))).status).toBe(200)
    expect(authority.certificateVerdicts).toHaveLength(2)
  })

  it('forgets a client in the turn it changes', async () => {
    expect((await askToken(authority, form(client, fresh()))).status).toBe(200)
    client.principal = { ...client.principal, state: 'deleted' }
    authority.authority.forget(client.principal.objectId)
    expect((await askToken(authority, form(client, fresh()))).status).toBe(401)
  })
})

describe('bad requests (vector 9)', () => {
  it.each<[string, Record<string, string | null>, number, number]>([
    ['no grant', { grant_type: null }, 400, 900144],
    ['another grant', { grant_type: 'password' }, 400, 70003],
    [
      'token exchange, which does not exist (SEC-93)',
      { grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange' },
      400,
      70003,
    ],
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
