import { decodeJwt, decodeProtectedHeader } from 'jose'
import { afterEach, describe, expect, it } from 'vitest'
import type { Database } from '../platform/database/database.ts'
import { sqlOf } from '../platform/database/database.ts'
import { newGuid } from '../platform/identifiers.ts'
import {
  addClient,
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
afterEach(() => authority.close())

async function open(
  options: Parameters<typeof openTestAuthority>[0] = {},
  keyLocation: 'agent' | 'external' = 'external',
): Promise<void> {
  authority = await openTestAuthority(options)
  client = await addClient(authority, { keyLocation })
}

const fresh = () => client.assertion(client.header(), client.claims(authority.clock.now()))
const ask = (more: Record<string, string | null> = {}, headers: Record<string, string> = {}) =>
  askToken(authority, form(client, fresh(), more), { headers })
const lastRow = () => authority.authority.log.recent(client.principal.objectId, { limit: 1 }).items[0]

/** Registers an audience of the tenant. */
function register(app: { uri: string; tokenVersion?: 1 | 2; ttl?: number; state?: 'enabled' | 'disabled' }) {
  return (database: Database) =>
    database.transact((tx) =>
      sqlOf(tx)
        .insertInto('resource_apps')
        .values({
          id: newGuid(),
          tenant_id: tenantId,
          app_id: 'cccccccc-0000-4000-8000-000000000001',
          identifier_uri: app.uri,
          uri_key: app.uri,
          display_name: 'Orders',
          token_version: app.tokenVersion ?? 1,
          token_ttl_s: app.ttl ?? null,
          builtin: 0,
          assignment_required: 0,
          client_capabilities: 0,
          app_roles: '[]',
          state: app.state ?? 'enabled',
          version: 1,
          created_at: 0,
          updated_at: 0,
        })
        .execute(),
    )
}

describe('a built-in audience', () => {
  const name = 'https://vault.signet.test:7421'

  it.each([name, `${name}/`])(
    'is asked for under the name it has here too, which the token then bears: %s',
    async (aud) => {
      await open({ names: { audienceNames: new Map([[name, 'https://vault.azure.net']]) } })
      const { body } = await ask({ scope: `${aud}/.default` })
      expect(decodeJwt(String(body['access_token']))).toMatchObject({ aud, ver: '1.0' })
      expect((await ask({ scope: 'https://graph.signet.test:7421/.default' })).body.error_codes).toEqual([500011])
    },
  )
})

describe('the resource decides', () => {
  it('on the version of the token, whichever endpoint is asked', async () => {
    await open({ prepare: register({ uri: 'api://orders', tokenVersion: 2 }) })
    const v2 = await ask({ scope: 'api://orders/.default' })
    const token = String(v2.body['access_token'])
    expect(decodeProtectedHeader(token)).toEqual({ typ: 'JWT', alg: 'RS256', kid: authority.authority.keys.activeKid })
    expect(decodeJwt(token)).toMatchObject({
      aud: 'cccccccc-0000-4000-8000-000000000001',
      iss: `${authorityUrl}/${tenantId}/v2.0`,
      azp: client.principal.clientId,
      ver: '2.0',
    })
    const v1 = await askToken(
      authority,
      { ...form(client, fresh()), scope: null, resource: 'api://orders' },
      { path: `/${tenantId}/oauth2/token` },
    )
    expect(decodeJwt(String(v1.body['access_token'])).iss).toBe(`${authorityUrl}/${tenantId}/v2.0`)
    expect(decodeProtectedHeader(String((await ask()).body['access_token']))).toHaveProperty('x5t')
  })

  it('on the lifetime, before the deployment does', async () => {
    await open({ prepare: register({ uri: 'api://orders', ttl: 600 }) })
    expect((await ask({ scope: 'api://orders/.default' })).body).toMatchObject({ expires_in: 600 })
    expect((await ask()).body).toMatchObject({ expires_in: 3_600 })
  })

  it('on whether there are tokens at all, and that is recorded', async () => {
    await open({ prepare: register({ uri: 'api://orders', state: 'disabled' }) })
    expect((await ask({ scope: 'api://orders/.default' })).body.error_codes).toEqual([50001])
    expect(lastRow()).toMatchObject({ outcome: 'resource_disabled', audience: 'api://orders' })
  })

  it.each([
    'https://management.azure.com',
    'https://management.core.windows.net/',
    'https://vault.azure.net//',
    'https://graph.microsoft.com',
    'https://storage.azure.com/',
    'https://database.windows.net/',
    'https://servicebus.azure.net',
    'https://eventhubs.azure.net',
  ])('is built in, and echoed byte for byte: %s', async (uri) => {
    await open()
    expect(decodeJwt(String((await ask({ scope: `${uri}/.default` })).body['access_token'])).aud).toBe(uri)
  })

  it('is none for the audience of federated assertions, but to agents', async () => {
    await open()
    expect((await ask({ scope: 'api://AzureADTokenExchange/.default' })).body.error_codes).toEqual([500011])
  })
})

describe('lifetimes', () => {
  it('are told with the half as refresh_in from two hours on', async () => {
    await open({ tokenLifetimeSeconds: 7_200 })
    expect((await ask()).body).toMatchObject({ expires_in: 7_200, refresh_in: 3_600 })
  })

  it('are told without it below that', async () => {
    await open({ tokenLifetimeSeconds: 7_199 })
    expect((await ask()).body).not.toHaveProperty('refresh_in')
  })
})

describe('challenges', () => {
  it.each([['{'], ['[]'], ['{"access_token":{"xms_cc":{"values":["cp1"]}}}'], ['x'.repeat(5_000)]])(
    'that ask for nothing we know are ignored: %s',
    async (claims) => {
      await open()
      expect((await ask({ claims })).status).toBe(200)
    },
  )
})

describe('the record', () => {
  it('is on disk under the uti of the token, with the key that signed and the certificate that asked', async () => {
    await open()
    const token = String(
      (await ask({}, { 'client-request-id': '0e02b2c3-58cc-4372-a567-f47ac10bd479' })).body['access_token'],
    )
    const uti = Buffer.from(String(decodeJwt(token)['uti']), 'base64url').toString('hex')
    const row = lastRow()
    expect(row?.id.replaceAll('-', '')).toBe(uti)
    expect(row).toMatchObject({
      outcome: 'ok',
      kid: decodeProtectedHeader(token).kid,
      x5tS256: client.credential.x5tS256,
      expiresAt: Number(decodeJwt(token).exp) * 1_000,
    })
  })

  it('is made of refusals of known clients, and of nobody else', async () => {
    await open()
    await askToken(authority, form(client, client.assertion(client.header(), client.claims(0))))
    expect(lastRow()).toMatchObject({ outcome: 'assertion_expired', kid: null, x5tS256: null })
    const stranger = await TestClient.make({ nowMs: authority.clock.now(), ec: true })
    const claims = stranger.claims(authority.clock.now())
    await askToken(authority, form(stranger, stranger.assertion(stranger.header(), claims)))
    expect(authority.authority.log.recent(stranger.principal.objectId, { limit: 1 }).items).toEqual([])
  })

  it('of a refusal never counts as a use of the certificate', async () => {
    await open({}, 'agent')
    const assertion = fresh()
    await askToken(authority, form(client, assertion))
    await askToken(authority, form(client, assertion))
    expect(authority.used).toEqual([client.credential.id])
  })
})

describe('a watched request', () => {
  const watched = '0e02b2c3-58cc-4372-a567-f47ac10bd479'

  it('tells its four steps in order', async () => {
    await open()
    authority.authority.traces.begin(watched)
    await ask({}, { 'client-request-id': watched })
    const steps = authority.authority.traces.take(watched)
    expect(steps.map(({ name, status }) => [name, status])).toEqual([
      ['client-authentication', 'ok'],
      ['audience', 'ok'],
      ['signature', 'ok'],
      ['record', 'ok'],
    ])
    expect(JSON.stringify(steps)).not.toContain('eyJ')
  })

  it('tells where it failed, and goes no further', async () => {
    await open()
    authority.authority.traces.begin(watched)
    await ask({ scope: 'https://unknown/.default' }, { 'client-request-id': watched })
    const steps = authority.authority.traces.take(watched)
    expect(steps.map(({ name, status }) => [name, status])).toEqual([
      ['client-authentication', 'ok'],
      ['audience', 'failed'],
    ])
  })
})

describe('a roll of the keys under load', () => {
  it('leaves every token valid under a published key, and its row names that key', async () => {
    await open()
    const asking = Array.from({ length: 20 }, () => ask())
    authority.clock.advance(90 * 86_400_000)
    client.credential = { ...client.credential, notAfter: Number.MAX_SAFE_INTEGER }
    authority.authority.forget(client.principal.objectId)
    const rolling = authority.authority.keys.roll()
    const answers = await Promise.all([...asking, ...Array.from({ length: 20 }, () => ask())])
    await rolling
    const { body } = await read(await fetch(`${authority.base}/common/discovery/keys`))
    const kids = JSON.stringify(body)
    const rows = authority.authority.log.recent(client.principal.objectId, { limit: 100 }).items
    const tokens = answers.filter(({ status }) => status === 200).map(({ body }) => String(body['access_token']))
    expect(tokens.length).toBeGreaterThanOrEqual(20)
    for (const token of tokens) {
      const { kid } = decodeProtectedHeader(token)
      expect(kids).toContain(`"kid":"${kid}"`)
      const uti = Buffer.from(String(decodeJwt(token)['uti']), 'base64url').toString('hex')
      expect(rows.find(({ id }) => id.replaceAll('-', '') === uti)?.kid).toBe(kid)
      const { checks } = authority.authority.verifier.verify(token, resource)
      expect(checks.find(({ name }) => name === 'signature')).toMatchObject({ ok: true })
    }
  })
})
