import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { RunningAgent } from '../agent.ts'
import { decode } from '../testing/test-authority.ts'
import { tenantId } from '../testing/test-server.ts'
import { call, readyAgent, type TestStand, until } from '../testing/test-stand.ts'

let stand: TestStand
let agent: RunningAgent
beforeAll(async () => {
  ;({ stand, agent } = await readyAgent())
})
afterEach(() => {
  stand.authority.refusal = undefined
})
afterAll(() => stand[Symbol.asyncDispose]())

const path = '/metadata/identity/oauth2/token'
const metadata = ['Metadata', 'true'] as const
const good = 'api-version=2018-02-01&resource=https%3A%2F%2Fvault.test'
let fresh = 0
/** A resource nobody asked for yet, so that the authority has to be asked. */
const unheard = () => `api-version=2018-02-01&resource=urn:fresh:${++fresh}`

type Headers = readonly (readonly [string, string])[]
const get = (query: string, headers: Headers = [metadata], at = path) =>
  call(`${agent.endpoints.urls.imds}/`, headers, { path: query ? `${at}?${query}` : at })

describe('success', () => {
  it('has every field as a string, expires_in before expires_on (rules 3 and 4)', async () => {
    const { status, json, text, headers } = await get(good)
    expect(status).toBe(200)
    expect(Object.keys(json)).toEqual([
      'access_token',
      'client_id',
      'object_id',
      'expires_in',
      'expires_on',
      'ext_expires_in',
      'not_before',
      'resource',
      'token_type',
    ])
    expect(Object.values(json).every((value) => typeof value === 'string')).toBe(true)
    expect(text.indexOf('"expires_in"')).toBeLessThan(text.indexOf('"expires_on"'))
    const claims = decode(String(json['access_token']).split('.')[1] ?? '')
    expect([json['expires_on'], json['not_before']]).toEqual([String(claims['exp']), String(claims['nbf'])])
    expect(Math.abs(Number(json['expires_in']) - 3_600)).toBeLessThan(5)
    expect(headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    })
    expect(Object.keys(headers).some((name) => name.startsWith('access-control'))).toBe(false)
  })

  it.each([`${path}/`, `/${path}`, `//metadata//identity/oauth2///token//`.replace('//token//', '/token/')])(
    'answers %s (vector 2)',
    async (at) => {
      expect((await get(good, [metadata], at)).status).toBe(200)
    },
  )

  it.each([
    'https://management.azure.com//',
    'https://vault.azure.net',
    'api://8d1c6b5c-6d9a-4d57-8a50-0d3c9a9f3f55',
    '8d1c6b5c-6d9a-4d57-8a50-0d3c9a9f3f55',
    'urn:some:thing',
  ])('echoes the resource %s byte for byte (vector 3)', async (resource) => {
    const { json } = await get(`api-version=2018-02-01&resource=${encodeURIComponent(resource)}`)
    expect(json['resource']).toBe(resource)
    expect(decode(String(json['access_token']).split('.')[1] ?? '')['aud']).toBe(resource)
  })

  it('decodes the names of parameters (rule 2)', async () => {
    expect((await get('api%2Dversion=2018-02-01&%72esource=x')).status).toBe(200)
  })

  it('takes later versions', async () => {
    expect((await get('api-version=2021-12-13&resource=x')).status).toBe(200)
  })

  it.each(['client_id', 'object_id', 'principal_id'])('selects by %s in any case', async (name) => {
    const { clientId, objectId } = stand.server.principals[0] ?? { clientId: '', objectId: '' }
    const value = name === 'client_id' ? clientId : objectId
    expect((await get(`${good}&${name}=${value.toUpperCase()}`)).status).toBe(200)
  })

  it('asks the authority again with bypass_cache=true', async () => {
    const query = unheard()
    const first = await get(query)
    const second = await get(`${query}&bypass_cache=true`)
    expect(second.json['access_token']).not.toBe(first.json['access_token'])
  })

  it('gives back a client request ID that is a GUID, and nothing else', async () => {
    const id = '8d1c6b5c-6d9a-4d57-8a50-0d3c9a9f3f55'
    expect((await get(good, [metadata, ['x-ms-client-request-id', id]])).headers['x-ms-client-request-id']).toBe(id)
    const foreign = await get(good, [metadata, ['x-ms-client-request-id', 'evil']])
    expect(foreign.headers['x-ms-client-request-id']).toBeUndefined()
  })

  it('says which tenant it belongs to', async () => {
    const { status, json } = await get('api-version=2018-02-01', [metadata], '/metadata/identity/info')
    expect([status, json]).toEqual([200, { tenantId }])
  })
})

const notFound = 'Identity not found'
const missing = "Required query variable 'resource' is missing"
const stranger = '8d1c6b5c-6d9a-4d57-8a50-0d3c9a9f3f55'

describe('refusals of the error table', () => {
  it.each<[string, string, Headers, string | RegExp]>([
    ['no header at all (vector 1)', '', [], 'Required metadata header not specified'],
    ['Metadata: True', good, [['Metadata', 'True']], 'Required metadata header not specified'],
    ['Metadata twice (SEC-98)', good, [metadata, metadata], 'Required metadata header not specified'],
    ['X-Forwarded-For', good, [metadata, ['X-Forwarded-For', '10.0.0.1']], /x-forwarded-for/],
    ['no resource', 'api-version=2018-02-01', [metadata], missing],
    ['an empty resource', 'api-version=2018-02-01&resource=', [metadata], missing],
    ['a resource twice', `${good}&resource=x`, [metadata], /'resource' is given more than once/],
    ['no api-version', 'resource=x', [metadata], /api-version/],
    ['a preview api-version', 'api-version=2017-09-01&resource=x', [metadata], /api-version/],
    ['an api-version that is no date', 'api-version=latest&resource=x', [metadata], /api-version/],
    ['two selectors (SEC-103)', `${good}&client_id=a&object_id=b`, [metadata], /Only one of client_id, object_id/],
    ['two spellings of one selector', `${good}&msi_res_id=a&mi_res_id=a`, [metadata], /Only one of/],
    ['a foreign client ID', `${good}&client_id=${stranger}`, [metadata], notFound],
    ['a foreign object ID', `${good}&object_id=${stranger}`, [metadata], notFound],
    ['a foreign resource ID', `${good}&msi_res_id=/subscriptions/x`, [metadata], notFound],
    ['an empty selector', `${good}&client_id=`, [metadata], notFound],
  ])('400 for %s', async (_title, query, headers, description) => {
    const { status, json, headers: answered } = await get(query, headers)
    expect([status, json['error']]).toEqual([400, 'invalid_request'])
    expect(json['error_description']).toEqual(
      typeof description === 'string' ? description : expect.stringMatching(description),
    )
    expect(answered['content-type']).toBe('application/json; charset=utf-8')
    expect(Object.keys(json)).toEqual(['error', 'error_description'])
  })

  it('checks the header before anything else (rule 6)', async () => {
    const bare = await call(`${agent.endpoints.urls.imds}${path}?client_id=${stranger}`, [], { method: 'POST' })
    expect([bare.status, bare.json['error_description']]).toEqual([400, 'Required metadata header not specified'])
  })

  it('405 with Allow for another method', async () => {
    const { status, headers } = await call(`${agent.endpoints.urls.imds}${path}?${good}`, [metadata], {
      method: 'POST',
    })
    expect([status, headers['allow']]).toEqual([405, 'GET'])
  })

  it.each([
    [
      'an audience nobody registered',
      'invalid_resource',
      'AADSTS500011: The resource principal named x was not found.',
    ],
    ['a role that is missing', 'invalid_grant', 'AADSTS501051: The application is not assigned to a role of x.'],
  ])(
    '400 invalid_resource for %s, the words of the authority passed through',
    async (_title, error, error_description) => {
      stand.authority.refusal = { status: 400, body: { error, error_description } }
      const { status, json } = await get(unheard())
      expect([status, json]).toEqual([400, { error: 'invalid_resource', error_description }])
    },
  )

  it('400 for a resource that would smuggle in a second scope, without asking the authority', async () => {
    const before = stand.authority.calls.length
    const { status, json } = await get('api-version=2018-02-01&resource=https%3A%2F%2Fx%2F.default+openid')
    expect([status, json['error'], stand.authority.calls.length]).toEqual([400, 'invalid_resource', before])
  })

  it('500 unknown when the authority refuses the credential, without Retry-After', async () => {
    stand.authority.refusal = { status: 401, body: { error: 'invalid_client', error_description: 'AADSTS700027: no' } }
    const { status, json, headers } = await get(unheard())
    expect([status, json['error'], headers['retry-after']]).toEqual([500, 'unknown', undefined])
    expect(json['error_description']).toMatch(/^Failed to retrieve token: AADSTS700027/)
  })

  it.each([500, 503])('503 with Retry-After when the authority answers %d', async (answered) => {
    stand.authority.refusal = { status: answered, body: '<html>', headers: { 'retry-after': '7' } }
    const { status, json, headers } = await get(unheard())
    expect([status, json['error'], headers['retry-after']]).toEqual([503, 'server_error', '7'])
  })

  it('429 with Retry-After when the authority is busy (vector 6)', async () => {
    stand.authority.refusal = {
      status: 429,
      body: { error: 'temporarily_unavailable' },
      headers: { 'retry-after': '1' },
    }
    const { status, json, headers } = await get(unheard())
    expect([status, json['error'], headers['retry-after']]).toEqual([429, 'too_many_requests', '1'])
  })

  it.each([
    '/metadata/identity/getplatformmetadata?cred-api-version=2.0',
    '/metadata/identity/issuecredential',
    '/metadata/attested/document',
    '/METADATA/identity/oauth2/token',
    '/metadata/identity/oauth2/%74oken',
    '/metadata/identity/./oauth2/token',
    '/metadata/identity/x/../oauth2/token',
    '/',
  ])('404 JSON for %s (rule 7, SEC-97)', async (at) => {
    const { status, json } = await get('', [metadata], at)
    expect([status, Object.keys(json)]).toEqual([404, ['error', 'error_description']])
  })
})

it('takes the only user-assigned identity when there is no system-assigned one, and asks which when there are two', async () => {
  stand.server.principals.splice(0)
  stand.server.addPrincipal('user')
  stand.server.push()
  const [user] = stand.server.principals
  await until(() => {
    const [held, more] = agent.instanceState().identities
    return held?.clientId === user?.clientId && held?.ready === true && more === undefined
  })
  expect((await get(good)).json['client_id']).toBe(user?.clientId)
  stand.server.addPrincipal('user')
  stand.server.push()
  await until(() => agent.instanceState().identities.length === 2)
  const ambiguous = await get(good)
  expect(ambiguous.status).toBe(400)
  expect(ambiguous.json['error_description']).toMatch(/^Multiple user assigned identities exist/)
})
