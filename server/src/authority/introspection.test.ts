import { createHash, generateKeyPairSync, randomUUID, sign } from 'node:crypto'
import { introspectRole } from '@signet/shared/api/audiences'
import { CredentialId } from '@signet/shared/vocabulary/identifiers'
import { hourMs, minuteMs, secondMs } from '@signet/shared/vocabulary/time'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { sqlOf } from '../platform/database/database.ts'
import { AppRoles } from './app-roles.ts'
import { Audiences } from './audiences.ts'
import {
  addClient,
  askToken,
  form,
  openTestAuthority,
  type TestAuthority,
  type TestClient,
  tenantId,
} from './testing/test-authority.ts'

const context = { actor: { kind: 'system', id: null, label: 'test' } as const, correlationId: tenantId, ip: null }
const path = `/${tenantId}/oauth2/v2.0/introspect`
const secret = 'the-secret-of-the-service'
let authority: TestAuthority
let audiences: Audiences
let roles: AppRoles
/** Whose tokens are looked at. */
let client: TestClient
/** Who looks at them: the audience is named after it. */
let service: TestClient

beforeAll(async () => {
  authority = await openTestAuthority()
  const { authority: domain, database, cursors, audit, clock } = authority
  const base = { database, cursors, audit, clock, tenantId, apps: domain.resources }
  audiences = new Audiences({ ...base, usage: domain.usage })
  const found = (id: string) => [...authority.clients.values()].find(({ principal }) => principal.objectId === id)
  roles = new AppRoles({
    ...base,
    registry: {
      require: async (id) => (found(id) ?? service).principal,
      findAll: async (ids) => ids.flatMap((id) => found(id)?.principal ?? []),
      change: async (_tx, id) => domain.forget(id),
      onPurged: () => undefined,
    },
  })
  service = await addApplication()
  await register(`api://${service.principal.clientId}`)
})
afterAll(() => authority.close())
beforeEach(async () => {
  client = await addClient(authority)
})

async function addApplication(): Promise<TestClient> {
  const made = await addClient(authority, { kind: 'app', ec: true })
  const sha256 = createHash('sha256').update(secret).digest()
  made.secrets = [{ id: CredentialId.parse(randomUUID()), sha256, expiresAt: authority.clock.now() + 30 * 24 * hourMs }]
  return made
}

const register = (uri: string, more: { tokenVersion?: 1 | 2; roles?: { value: string; description: string }[] } = {}) =>
  audiences.register(context, {
    ...{ uri, name: 'Orders', tokenVersion: 1 as const, lifetimeSeconds: null, assignmentRequired: false },
    ...{ clientCapabilities: false, roles: [], ...more },
  })

async function tokenFor(resource = `api://${service.principal.clientId}`): Promise<string> {
  const assertion = client.assertion(client.header(), client.claims(authority.clock.now()))
  const { body } = await askToken(authority, form(client, assertion, { scope: `${resource}/.default` }))
  return String(body['access_token'])
}

const introspect = (
  token: string | null,
  more: Record<string, string | null> = {},
  options: { path?: string; headers?: Record<string, string> } = {},
) =>
  askToken(
    authority,
    { token, client_id: service.principal.clientId, client_secret: secret, ...more },
    { path, ...options },
  )

const asAnother = (caller: TestClient) => ({ client_id: caller.principal.clientId })

function changeClient(change: Partial<TestClient['principal']>): void {
  client.principal = { ...client.principal, ...change }
  authority.authority.forget(client.principal.objectId)
}

describe('introspection (RFC 7662)', () => {
  it('tells a service of a token for itself, and keeps the answer out of caches', async () => {
    const { status, body, headers } = await introspect(await tokenFor())
    expect(status).toBe(200)
    expect(body).toMatchObject({
      ...{ active: true, token_type: 'Bearer', client_id: client.principal.clientId, tid: tenantId },
      ...{ aud: `api://${service.principal.clientId}`, oid: client.principal.objectId, roles: [] },
    })
    expect(body['exp']).toBeGreaterThan(authority.clock.now() / 1_000)
    expect(authority.authority.log.byUti(String(body['jti']))?.principalId).toBe(client.principal.objectId)
    expect(headers.get('cache-control')).toContain('no-store')
  })

  it('takes a secret in the form or by HTTP Basic, and an assertion once (SEC-70, SEC-78)', async () => {
    const token = await tokenFor()
    const pair = Buffer.from(`${service.principal.clientId}:${secret}`).toString('base64')
    const headers = { authorization: `Basic ${pair}` }
    const basic = await introspect(token, { client_id: null, client_secret: null }, { headers })
    expect(basic.body['active']).toBe(true)
    const own = await addClient(authority, { kind: 'app', keyLocation: 'agent' })
    await register(`api://${own.principal.clientId}`)
    const assertion = own.assertion(own.header(), own.claims(authority.clock.now()))
    const proof = {
      ...asAnother(own),
      client_secret: null,
      client_assertion: assertion,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    }
    const ownToken = await tokenFor(`api://${own.principal.clientId}`)
    expect((await introspect(ownToken, proof)).body['active']).toBe(true)
    const again = await introspect(ownToken, proof)
    expect([again.status, again.body.error]).toEqual([401, 'invalid_client'])
    const elsewhere = await askToken(authority, form(own, assertion))
    expect([elsewhere.status, elsewhere.body.error]).toEqual([401, 'invalid_client'])
  })

  it('tells of an audience whoever has its role for that, and nobody else', async () => {
    const uri = 'api://with-readers'
    const id = await register(uri, { tokenVersion: 2, roles: [{ value: introspectRole, description: '' }] })
    const reader = await addApplication()
    const token = await tokenFor(uri)
    expect((await introspect(token, asAnother(reader))).body).toEqual({ active: false })
    await roles.assign(context, { audienceId: id, principalId: reader.principal.objectId, role: introspectRole })
    expect((await introspect(token, asAnother(reader))).body).toMatchObject({ active: true, ver: '2.0' })
    expect((await introspect(token)).body).toEqual({ active: false })
    expect((await introspect(await tokenFor(), asAnother(reader))).body).toEqual({ active: false })
  })
})

describe('a token that is not good is inactive, and nothing more is said (SEC-85)', () => {
  const inactive = async (token: string) => {
    const { status, body } = await introspect(token)
    expect([status, body]).toEqual([200, { active: false }])
  }

  it('when it is paused, turned off, taken back by identity or with its key (SEC-45)', async () => {
    const token = await tokenFor()
    changeClient({ state: 'suspended' })
    await inactive(token)
    changeClient({ state: 'enabled' })
    expect((await introspect(token)).body['active']).toBe(true)
    changeClient({ state: 'deleted' })
    await inactive(token)
    changeClient({ state: 'enabled' })
    authority.clock.advance(minuteMs)
    changeClient({ tokensRevokedAt: authority.clock.now() })
    await inactive(token)
    authority.clock.advance(secondMs)
    const last = await tokenFor()
    const { keys } = authority.authority
    await keys.revokeActive(context, keys.activeKid, undefined)
    await inactive(last)
  })

  it('when it was taken back by its number, and no other with it', async () => {
    const [token, other] = [await tokenFor(), await tokenFor()]
    const { objectId, clientId } = client.principal
    await authority.database.transact((tx) =>
      sqlOf(tx)
        .insertInto('principals')
        .values({
          ...{ object_id: objectId, tenant_id: tenantId, client_id: clientId, kind: 'system', display_name: 'a' },
          ...{ name_key: 'a', owner_instance_id: null, arm_id: null, token_ttl_s: null, state: 'enabled' },
          ...{ deleted_at: null, purge_at: null, suspended_at: null, tokens_revoked_at: null, token_key: 0 },
          ...{ new_host_key: 0, version: 1, created_at: 0, updated_at: 0 },
        })
        .execute(),
    )
    const uti = String((await introspect(token)).body['jti'])
    await authority.authority.revocations.revokeToken(context, uti, undefined)
    await inactive(token)
    expect((await introspect(other)).body['active']).toBe(true)
  })

  it('when its time is over', async () => {
    const token = await tokenFor()
    authority.clock.advance(hourMs)
    await inactive(token)
  })

  it('when it is of another audience, of another key or class, or no token at all (SEC-84)', async () => {
    await inactive(await tokenFor('https://vault.azure.net'))
    const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
    const [head = '', body = '', signature = ''] = (await tokenFor()).split('.')
    const foreign = sign('sha256', Buffer.from(`${head}.${body}`), stranger).toString('base64url')
    await inactive(`${head}.${body}.${foreign}`)
    await inactive(`${head}.${body}.`)
    const none = Buffer.from(JSON.stringify({ alg: 'none', typ: 'JWT' })).toString('base64url')
    await inactive(`${none}.${body}.${signature}`)
    await inactive(client.assertion(client.header(), client.claims(authority.clock.now())))
    for (const text of ['x', 'a.b.c', '....', '\u0000', 'Ü', 'a'.repeat(20_000), `Bearer ${await tokenFor()}`]) {
      await inactive(text)
    }
    client = await addClient(authority, { keyLocation: 'agent' })
    await inactive(await tokenFor('api://AzureADTokenExchange'))
  })
})

describe('a caller that is none', () => {
  it.each<[string, number, string, Record<string, string | null>]>([
    ['without a name', 400, 'invalid_request', { client_id: null }],
    ['without a proof', 401, 'invalid_client', { client_secret: null }],
    ['with another secret', 401, 'invalid_client', { client_secret: 'guessed' }],
    ['that nobody knows', 400, 'unauthorized_client', { client_id: '99999999-2222-4333-8444-555555555555' }],
    ['with two proofs', 400, 'invalid_request', { client_assertion: 'a.b.c' }],
    ['without a token', 400, 'invalid_request', { token: null }],
    ['with an empty token', 400, 'invalid_request', { token: '' }],
  ])('%s is refused with %i %s', async (_what, status, error, more) => {
    const answer = await introspect(await tokenFor(), more)
    expect([answer.status, answer.body.error]).toEqual([status, error])
    expect(JSON.stringify(answer.body)).not.toContain('active')
    expect(answer.headers.get('www-authenticate')).toBe(status === 401 ? 'Basic realm="signet"' : null)
  })

  it('that shows a token in the place of a proof learns nothing (RFC 7662 §4)', async () => {
    const token = await tokenFor()
    const headers = { authorization: `Bearer ${token}` }
    const { status, body } = await introspect(token, { client_id: null, client_secret: null }, { headers })
    expect([status, body.error]).toEqual([401, 'invalid_client'])
  })

  it('that is paused is refused', async () => {
    const paused = await addApplication()
    paused.principal = { ...paused.principal, state: 'suspended' }
    const { status, body } = await introspect(await tokenFor(), asAnother(paused))
    expect([status, body.error]).toEqual([401, 'unauthorized_client'])
  })

  it('is told how to ask: by POST, with a form, of this tenant, and not too much', async () => {
    const raw = (init: RequestInit, at = path) => fetch(`${authority.base}${at}`, init)
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const elsewhere = path.replace(tenantId, 'aaaaaaaa-2222-4333-8444-555555555555')
    for (const [status, response] of [
      [405, await raw({})],
      [415, await raw({ method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } })],
      [413, await raw({ method: 'POST', body: `token=${'a'.repeat(70_000)}`, headers })],
      [400, await raw({ method: 'POST', body: 'token=a&token=b', headers })],
      [400, await raw({ method: 'POST', body: 'token=a', headers }, elsewhere)],
    ] as const) {
      expect(response.status).toBe(status)
    }
  })

  it('counts as use of its secret, so that nobody takes it for idle', async () => {
    authority.used.length = 0
    await introspect(await tokenFor())
    expect(authority.used).toContain(service.secrets[0]?.id)
  })
})

it('is found by its metadata, v1 and v2', async () => {
  for (const version of ['', '/v2.0']) {
    const response = await fetch(`${authority.base}/${tenantId}${version}/.well-known/openid-configuration`)
    expect(await response.json()).toMatchObject({
      introspection_endpoint: expect.stringMatching(new RegExp(`${path}$`)),
      introspection_endpoint_auth_methods_supported: ['client_secret_post', 'private_key_jwt', 'client_secret_basic'],
    })
  }
})
