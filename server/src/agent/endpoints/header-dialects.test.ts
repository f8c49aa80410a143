import { AppServiceError, ManagedIdentityToken } from '@signet/shared/wire/managed-identity'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RunningAgent } from '../agent.ts'
import { call, readyAgent, type TestStand } from '../testing/test-stand.ts'

let stand: TestStand
let agent: RunningAgent
beforeAll(async () => {
  ;({ stand, agent } = await readyAgent())
})
afterAll(() => stand[Symbol.asyncDispose]())

type Headers = readonly (readonly [string, string])[]
const secret = (): readonly [string, string] => ['Secret', agent.identityHeader.reveal()]
const query = 'api-version=2017-09-01&resource=https%3A%2F%2Fvault.test'
const clientId = () => stand.server.principals[0]?.clientId ?? ''

describe.each(['app-service-2017', 'machine-learning'] as const)('%s', (dialect) => {
  const get = (asked: string, headers: Headers = [secret()], suffix = '') =>
    call(`${agent.endpoints.urls[dialect]}${suffix}?${asked}`, headers)

  it.each(['', '/'])('gives a token to whoever has the secret (suffix "%s")', async (suffix) => {
    const { status, json } = await get(query, [secret(), ['Metadata', 'true']], suffix)
    expect([status, json['resource'], json['token_type']]).toEqual([200, 'https://vault.test', 'Bearer'])
    expect(json['client_id']).toBe(clientId())
  })

  it('selects by clientid in any case, and takes an empty one for none', async () => {
    expect((await get(`${query}&clientid=${clientId().toUpperCase()}`)).status).toBe(200)
    expect((await get(`${query}&clientid=`)).status).toBe(200)
  })

  it.each<[string, () => Headers]>([
    ['missing', () => []],
    ['wrong', () => [['secret', 'x'.repeat(43)]]],
    ['given twice (SEC-98)', () => [secret(), secret()]],
    ['that of the later dialect', () => [['X-IDENTITY-HEADER', agent.identityHeader.reveal()]]],
    ['replaced by Metadata', () => [['Metadata', 'true']]],
  ])('401 when the secret is %s (SEC-95)', async (_title, headers) => {
    const { status, json } = await get(query, headers())
    expect([status, AppServiceError.parse(json).statusCode]).toEqual([401, 401])
  })

  it.each<[string, string, RegExp]>([
    ['no resource', 'api-version=2017-09-01', /resource/],
    ['a foreign client ID', `${query}&clientid=8d1c6b5c-6d9a-4d57-8a50-0d3c9a9f3f55`, /^Unable to load requested/],
    ['a selector of another dialect', `${query}&client_id=x`, /Only 'clientid'/],
    ['a repeated parameter', `${query}&resource=x`, /more than once/],
  ])('400 for %s (SEC-103)', async (_title, asked, message) => {
    const { status, json } = await get(asked)
    expect([status, AppServiceError.parse(json).statusCode]).toEqual([400, 400])
    expect(json['message']).toMatch(message)
  })

  it('405 for another method', async () => {
    const { status, headers } = await call(`${agent.endpoints.urls[dialect]}?${query}`, [secret()], { method: 'POST' })
    expect([status, headers['allow']]).toEqual([405, 'GET'])
  })
})

it('answers 2017-09-01 with a date, and Machine Learning with epoch seconds', async () => {
  const ask = (dialect: 'app-service-2017' | 'machine-learning') =>
    call(`${agent.endpoints.urls[dialect]}?${query}`, [secret()])
  const dated = String((await ask('app-service-2017')).json['expires_on'])
  const epoch = ManagedIdentityToken.parse((await ask('machine-learning')).json)
  expect(dated).toMatch(/^\d{2}\/\d{2}\/\d{4} \d{2}:\d{2}:\d{2} \+00:00$/)
  expect(Date.parse(dated) / 1_000).toBe(Number(epoch.expires_on))
})

it('answers a missing api-version of Machine Learning with 400', async () => {
  const { status, json } = await call(`${agent.endpoints.urls['machine-learning']}?resource=x`, [secret()])
  expect([status, json['message']]).toEqual([400, expect.stringMatching(/api-version/)])
})
