import { AppServiceError } from '@signet/shared/wire/managed-identity'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { RunningAgent } from '../agent.ts'
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

const good = 'api-version=2019-08-01&resource=https%3A%2F%2Fvault.test%2F'
let fresh = 0
const unheard = () => `api-version=2019-08-01&resource=urn:fresh:${++fresh}`

type Headers = readonly (readonly [string, string])[]
const secret = (): readonly [string, string] => ['X-IDENTITY-HEADER', agent.identityHeader.reveal()]
const get = (query: string, headers: Headers = [secret()], suffix = '') =>
  call(`${agent.endpoints.urls['app-service']}${suffix}?${query}`, headers)

describe('success', () => {
  it.each(['', '/'])('answers with the fields of every dialect (suffix "%s")', async (suffix) => {
    const { status, json } = await get(good, [secret(), ['Metadata', 'true']], suffix)
    expect([status, json['resource'], json['token_type']]).toEqual([200, 'https://vault.test/', 'Bearer'])
    expect(Number(json['expires_on'])).toBeGreaterThan(Date.now() / 1_000)
  })

  it.each(['client_id', 'object_id', 'principal_id'])('selects by %s', async (name) => {
    const { clientId, objectId } = stand.server.principals[0] ?? { clientId: '', objectId: '' }
    expect((await get(`${good}&${name}=${name === 'client_id' ? clientId : objectId}`)).status).toBe(200)
  })
})

describe('refusals of the error table', () => {
  it.each<[string, () => Headers]>([
    ['missing', () => []],
    ['wrong', () => [['X-IDENTITY-HEADER', 'x'.repeat(43)]]],
    ['of another length', () => [['X-IDENTITY-HEADER', 'x']]],
    ['given twice (SEC-98)', () => [secret(), secret()]],
    ['replaced by Metadata', () => [['Metadata', 'true']]],
  ])('401 when the header is %s (SEC-95)', async (_title, headers) => {
    const { status, json } = await get(good, headers())
    expect([status, AppServiceError.parse(json).statusCode]).toEqual([401, 401])
  })

  it.each<[string, string, RegExp]>([
    ['no resource', 'api-version=2019-08-01', /resource/],
    ['no api-version', 'resource=x', /api-version/],
    ['an earlier api-version', 'api-version=2018-02-01&resource=x', /api-version/],
    ['two selectors', `${good}&client_id=a&mi_res_id=b`, /Only one of client_id, mi_res_id/],
    ['a repeated parameter', `${good}&client_id=a&client_id=a`, /more than once/],
    ['an identity that is not assigned', `${good}&client_id=x`, /^Unable to load requested managed identity\.$/],
    ['a resource ID that is not assigned', `${good}&mi_res_id=x`, /^Unable to load requested managed identity\.$/],
  ])('400 for %s', async (_title, query, message) => {
    const { status, json } = await get(query)
    expect([status, json['statusCode']]).toEqual([400, 400])
    expect(AppServiceError.parse(json).message).toMatch(message)
  })

  it('405 for another method', async () => {
    const { status, headers } = await call(agent.endpoints.urls['app-service'], [secret()], { method: 'POST' })
    expect([status, headers['allow']]).toEqual([405, 'GET'])
  })

  it('400 for an audience the authority refuses: a refusal is final', async () => {
    stand.authority.refusal = {
      status: 400,
      body: { error: 'invalid_resource', error_description: 'AADSTS500011: no' },
    }
    const { status, json } = await get(unheard())
    expect([status, json['message']]).toEqual([400, 'AADSTS500011: no'])
  })

  it('429 with Retry-After when throttled', async () => {
    stand.authority.refusal = { status: 429, body: {}, headers: { 'retry-after': '3' } }
    const { status, headers, json } = await get(unheard())
    expect([status, headers['retry-after'], json['statusCode']]).toEqual([429, '3', 429])
  })

  it('503 with Retry-After when the authority is away', async () => {
    stand.authority.refusal = { status: 502, body: {} }
    const { status, headers } = await get(unheard())
    expect([status, Number(headers['retry-after']) >= 1]).toEqual([503, true])
  })
})

it('never falls back to a user-assigned identity', async () => {
  stand.server.principals.splice(0)
  stand.server.addPrincipal('user')
  stand.server.push()
  const user = stand.server.principals[0]?.clientId
  await until(() => agent.instanceState().identities.some((held) => held.clientId === user && held.ready))
  expect((await get(good)).status).toBe(400)
})
