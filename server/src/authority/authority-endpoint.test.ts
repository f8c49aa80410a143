import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  addClient,
  askToken,
  authorityUrl,
  form,
  openTestAuthority,
  read,
  type TestClient,
  tenantId,
} from './testing/test-authority.ts'

const logged: string[] = []
const tokenPath = `/${tenantId}/oauth2/v2.0/token`
let authority: Awaited<ReturnType<typeof openTestAuthority>>
let client: TestClient

beforeAll(async () => {
  authority = await openTestAuthority({ logged })
  client = await addClient(authority)
})
afterAll(() => authority.close())

const send = (path: string, init: RequestInit = {}) => fetch(`${authority.base}${path}`, init)
const get = async (path: string) => read(await send(path))
const fresh = () => client.assertion(client.header(), client.claims(authority.clock.now()))

/** What comes back on a connection that sends these bytes and then no more. */
function exchange(bytes: string | Buffer, end = true): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    const socket = connect({ port: authority.port, host: '127.0.0.1' }, () => {
      socket.write(bytes)
      if (end) socket.end()
    })
    socket.on('data', (chunk) => {
      text += chunk.toString()
    })
    socket.once('error', reject)
    socket.once('close', () => resolve(text))
  })
}

describe('every answer', () => {
  it.each([
    ['GET', '/'],
    ['GET', '/favicon.ico'],
    ['GET', `/${tenantId}/oauth2/v2.0/authorize`],
    ['GET', '/common/UserRealm/a@b?api-version=1.0'],
    ['GET', '/%00%ff/..%2f..%2fetc/passwd'],
    ['GET', '/__proto__/discovery/keys'],
    ['DELETE', `/${tenantId}/discovery/keys`],
    ['GET', tokenPath],
    ['POST', tokenPath],
    ['POST', '/common/oauth2/v2.0/token'],
    ['GET', '/33333333-2222-4333-8444-555555555555/v2.0/.well-known/openid-configuration'],
  ])('is JSON with the headers of an API, and no fault of ours: %s %s (SEC-156, SEC-161)', async (method, path) => {
    const response = await send(path, { method })
    expect(response.status).toBeGreaterThanOrEqual(400)
    expect(response.status).toBeLessThan(500)
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8')
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
    expect(response.headers.get('referrer-policy')).toBe('no-referrer')
    expect(response.headers.get('cache-control')).toContain('no-store')
    expect(response.headers.get('access-control-allow-origin')).toBeNull()
    expect(response.headers.get('retry-after')).toBeNull()
    expect(await response.json()).toHaveProperty('error_codes')
  })

  it('names the methods an address takes when it refuses one', async () => {
    const keys = await send(`/${tenantId}/discovery/keys`, { method: 'POST' })
    expect([keys.status, keys.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
    const token = await send(tokenPath, { method: 'PUT' })
    expect([token.status, token.headers.get('allow')]).toEqual([405, 'POST'])
  })

  it('refuses token requests of reserved tenants with AADSTS90002', async () => {
    for (const tenant of ['common', 'organizations', 'consumers']) {
      const answer = await askToken(authority, form(client, fresh()), { path: `/${tenant}/oauth2/v2.0/token` })
      expect(answer.body.error_codes).toEqual([90002])
    }
  })
})

describe('what a caller sends is not repeated (SEC-81)', () => {
  const marker = 'MaRkEr-7c1'

  it.each<[string, Record<string, string | null>]>([
    ['scope', { scope: `https://${marker}/.default` }],
    ['bare scope', { scope: marker }],
    ['grant', { grant_type: marker }],
    ['client', { client_id: marker }],
    ['assertion', { client_assertion: `${marker}.${marker}.${marker}` }],
    ['assertion type', { client_assertion_type: marker }],
  ])('in the refusal of a wrong %s', async (_name, change) => {
    const answer = await askToken(authority, form(client, fresh(), change), {
      headers: { 'client-request-id': marker },
    })
    expect(answer.status).toBeGreaterThanOrEqual(400)
    expect(JSON.stringify(answer.body)).not.toContain(marker)
    expect([...answer.headers].join()).not.toContain(marker)
  })

  it('nor is the name of a doubled parameter, or the path', async () => {
    const doubled = await read(
      await send(tokenPath, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: `${marker}=1&${marker}=2`,
      }),
    )
    expect([doubled.status, JSON.stringify(doubled.body).includes(marker)]).toEqual([400, false])
    expect(JSON.stringify((await get(`/${marker}/x`)).body)).not.toContain(marker)
  })
})

describe('correlation', () => {
  const header = 'f47ac10b-58cc-4372-a567-0e02b2c3d479'
  const field = '0e02b2c3-58cc-4372-a567-f47ac10bd479'
  const ask = (sent: Record<string, string>, headers: Record<string, string> = {}) =>
    askToken(authority, form(client, 'x', sent), { headers })

  it('takes the GUID of the header, else of the form, where MSAL for Node has it', async () => {
    const both = await ask({ 'client-request-id': field }, { 'client-request-id': header })
    expect([both.headers.get('client-request-id'), both.body.correlation_id]).toEqual([header, header])
    const one = await ask({ 'client-request-id': field })
    expect([one.headers.get('client-request-id'), one.body.correlation_id]).toEqual([field, field])
  })

  it('is the trace ID when none was sent', async () => {
    const answer = await ask({})
    expect(answer.headers.get('client-request-id')).toBeNull()
    expect(answer.body.correlation_id).toBe(answer.body.trace_id)
    expect(answer.headers.get('x-ms-request-id')).toBe(answer.body.trace_id)
  })
})

describe('one client authentication (SEC-70)', () => {
  it('refuses the secret of a managed identity, and any secret beside an assertion', async () => {
    const pair = Buffer.from(`${client.principal.clientId}:b`).toString('base64')
    const basic = { authorization: `Basic ${pair}` }
    const alone = await askToken(authority, form(client, '', { client_assertion: null }), { headers: basic })
    expect([alone.status, alone.body.error_codes]).toEqual([401, [7000232]])
    expect(alone.headers.get('www-authenticate')).toBe('Basic realm="signet"')
    const beside = await askToken(authority, form(client, fresh()), { headers: basic })
    expect([beside.status, beside.body.error_codes]).toEqual([400, [7000218]])
  })
})

describe('broken connections', () => {
  const head = (more: string) =>
    `POST ${tokenPath} HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n${more}\r\n`

  it('answers garbage with 400 in JSON', async () => {
    const answer = await exchange('GARBAGE\r\n\r\n')
    expect(answer).toMatch(/^HTTP\/1\.1 400 /)
    expect(answer).toContain('"error":"invalid_request"')
  })

  it('does not take a request that breaks off for a fault of its own (SEC-156, SEC-173)', async () => {
    logged.length = 0
    await exchange(`${head('Content-Length: 500\r\n')}grant_type=client_cred`)
    await exchange(`${head('Transfer-Encoding: chunked\r\n')}5\r\ngrant\r\n`)
    expect((await get('/common/discovery/keys')).status).toBe(200)
    expect(logged).toEqual([])
  })

  it('does not wait for a body it will not take', async () => {
    const answer = await exchange(`${head('Content-Length: 70000\r\nConnection: close\r\n')}`, false)
    expect(answer).toMatch(/^HTTP\/1\.1 413 /)
  })
})

describe('discovery', () => {
  it('speaks of each reserved tenant under its own name', async () => {
    for (const tenant of ['common', 'organizations', 'consumers']) {
      const { body } = await get(`/${tenant}/v2.0/.well-known/openid-configuration`)
      expect(body['token_endpoint']).toBe(`${authorityUrl}/${tenant}/oauth2/v2.0/token`)
      expect(body['issuer']).toBe(`${authorityUrl}/{tenantid}/v2.0`)
    }
  })

  it('finds the tenant by its domain and in any case, and names it by ID', async () => {
    const { body } = await get('//SIGNET.local/V2.0/.well-known//OpenID-configuration/')
    expect(body['token_endpoint']).toBe(`${authorityUrl}/${tenantId}/oauth2/v2.0/token`)
  })

  it('promises only what the token endpoint takes', async () => {
    const { body } = await get(`/${tenantId}/v2.0/.well-known/openid-configuration`)
    expect(body).toMatchObject({
      token_endpoint_auth_methods_supported: ['client_secret_post', 'private_key_jwt', 'client_secret_basic'],
      id_token_signing_alg_values_supported: ['RS256'],
      jwks_uri: `${authorityUrl}/${tenantId}/discovery/v2.0/keys`,
    })
  })

  it('answers the alias adfs with a document below its own name, and keys there', async () => {
    const { body } = await get('/adfs/.well-known/openid-configuration')
    expect(body).toMatchObject({
      issuer: `${authorityUrl}/adfs`,
      token_endpoint: `${authorityUrl}/adfs/oauth2/token`,
      jwks_uri: `${authorityUrl}/adfs/discovery/keys`,
    })
    expect((await get('/adfs/discovery/keys')).body['keys']).toHaveLength(2)
  })

  it('tells webfinger that it is the realm of its own host, in the spelling it was asked in, and of no other', async () => {
    const rel = 'http://schemas.microsoft.com/rel/trusted-realm'
    const ask = (resource: string) =>
      get(`/.well-known/webfinger?rel=${encodeURIComponent(rel)}&resource=${encodeURIComponent(resource)}`)
    for (const own of [authorityUrl, 'https://login.signet.test']) {
      expect((await ask(own)).body).toEqual({ subject: own, links: [{ rel, href: own }] })
    }
    expect((await ask('https://evil.test')).status).toBe(404)
  })

  it('tells a tenant that can be none from one that is not here', async () => {
    const codeAt = async (tenant: string) =>
      (await get(`/${tenant}/v2.0/.well-known/openid-configuration`)).body.error_codes
    expect(await codeAt('contoso.example')).toEqual([90002])
    expect(await codeAt('99999999-2222-4333-8444-555555555555')).toEqual([90002])
    expect(await codeAt('contoso')).toEqual([900023])
  })

  it('calls an unknown tenant invalid_tenant where a document is asked for, and the request invalid where a token is', async () => {
    for (const path of [
      'v2.0/.well-known/openid-configuration',
      '.well-known/openid-configuration',
      'discovery/keys',
    ]) {
      const { status, body } = await get(`/contoso.example/${path}`)
      expect([status, body.error, body.error_codes]).toEqual([400, 'invalid_tenant', [90002]])
    }
    const asked = await askToken(authority, form(client, fresh()), { path: '/contoso.example/oauth2/v2.0/token' })
    expect([asked.status, asked.body.error]).toEqual([400, 'invalid_request'])
  })

  it('names the issuer of each key in the v2 key set, and there only', async () => {
    const keysAt = async (path: string) => (await get(path)).body['keys']
    expect(await keysAt('/common/discovery/v2.0/keys')).toContainEqual(
      expect.objectContaining({ issuer: `${authorityUrl}/${tenantId}/v2.0` }),
    )
    expect(JSON.stringify(await keysAt('/common/discovery/keys'))).not.toContain('issuer')
  })

  it('answers HEAD as GET, without the body', async () => {
    const path = `/${tenantId}/discovery/v2.0/keys`
    const [whole, head] = [await send(path), await send(path, { method: 'HEAD' })]
    expect(head.headers.get('content-length')).toBe(String((await whole.text()).length))
    expect(await head.text()).toBe('')
  })

  it('shows another key set as soon as the keys have rolled', async () => {
    const path = `/${tenantId}/discovery/v2.0/keys`
    const before = await get(path)
    authority.clock.advance(90 * 86_400_000)
    await authority.authority.keys.roll()
    const after = await get(path)
    expect(before.body['keys']).toHaveLength(2)
    expect(after.body['keys']).toHaveLength(3)
  })

  it.each([
    ['the own host', 'login.signet.test:7421', 200],
    ['the own host without its port, as MSAL for Python asks', 'login.signet.test', 200],
    ['the own host with another port', 'login.signet.test:9', 400],
    ['another host', 'login.signet.test.evil', 400],
    ['the own host as user information', 'login.signet.test:7421@evil', 400],
  ])('answers instance discovery for %s', async (_name, host, status) => {
    const asked = encodeURIComponent(`https://${host}/${tenantId}/oauth2/v2.0/authorize`)
    const answer = await get(`/common/discovery/instance?api%2Dversion=1.1&authorization_endpoint=${asked}`)
    expect(answer.status).toBe(status)
    if (status === 400) expect(answer.body).toMatchObject({ error: 'invalid_instance', error_codes: [50049] })
    else expect(answer.body).toHaveProperty('metadata')
  })

  it('refuses instance discovery that asks about nothing', async () => {
    for (const query of ['', '?authorization_endpoint=', '?authorization_endpoint=%00']) {
      expect((await get(`/common/discovery/instance${query}`)).body.error).toBe('invalid_instance')
    }
  })
})
