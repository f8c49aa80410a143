import { NestedError } from '@signet/shared/wire/managed-identity'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RunningAgent } from '../agent.ts'
import { call, freePort, readyAgent, type TestStand } from '../testing/test-stand.ts'

let stand: TestStand
let agent: RunningAgent
let extension = ''
beforeAll(async () => {
  const cloudShellPort = await freePort()
  extension = `http://localhost:${cloudShellPort}/oauth2/token`
  ;({ stand, agent } = await readyAgent({ local: { cloudShellPort } }))
})
afterAll(() => stand[Symbol.asyncDispose]())

const metadata = ['Metadata', 'true'] as const
const isForm = ['Content-Type', 'application/x-www-form-urlencoded; charset=utf-8'] as const
const resource = 'resource=https%3A%2F%2Fvault.test'
type Headers = readonly (readonly [string, string])[]

const post = (body: string, headers: Headers = [metadata, isForm], url = agent.endpoints.urls['cloud-shell']) =>
  call(url, [...headers, ['Content-Length', String(Buffer.byteLength(body))]], { method: 'POST', body })

describe.each([
  ['at MSI_ENDPOINT', () => agent.endpoints.urls['cloud-shell']],
  ['at the port of the VM extension', () => extension],
] as const)('%s', (_title, url) => {
  it('answers a form with the token of the instance', async () => {
    const { status, json } = await post(resource, [metadata, isForm], url())
    expect([status, json['resource']]).toEqual([200, 'https://vault.test'])
    expect(json['client_id']).toBe(stand.server.principals[0]?.clientId)
  })

  it('answers a GET with a query too, and selects by it', async () => {
    const query = `${resource}&client_id=${stand.server.principals[0]?.clientId}`
    expect((await call(`${url()}?${query}`, [metadata])).status).toBe(200)
  })
})

describe('refusals', () => {
  it('name the missing header as the extension did, before anything else (SEC-95)', async () => {
    const { status, json } = await post('nonsense', [])
    expect([status, NestedError.parse(json).error.code]).toEqual([400, 'bad_request_102'])
  })

  it.each<[string, number, () => Promise<{ status: number; json: Record<string, unknown> }>]>([
    ['no resource', 400, () => post('x=1')],
    ['a form of another type', 400, () => post(resource, [metadata, ['Content-Type', 'text/plain']])],
    ['a form over 1 KiB (SEC-108)', 400, () => post(`${resource}&x=${'y'.repeat(1_100)}`)],
    ['a name in query and form', 400, () => post(resource, [metadata, isForm], `${extension}?resource=x`)],
    ['a foreign identity (SEC-103)', 400, () => post(`${resource}&client_id=x`)],
    ['two selectors (SEC-103)', 400, () => post(`${resource}&client_id=x&object_id=y`)],
    ['another method', 405, () => call(extension, [metadata], { method: 'DELETE' })],
  ])('are nested: %s', async (_title, expected, ask) => {
    const { status, json } = await ask()
    expect([status, typeof NestedError.parse(json).error.message]).toEqual([expected, 'string'])
  })

  it('401 for another path on the port of the extension, 404 elsewhere', async () => {
    const wrong = await call(extension.replace('/oauth2/token', '/metadata/identity/oauth2/token'), [metadata])
    expect([wrong.status, wrong.json['error']]).toEqual([401, 'unknown_source'])
    expect((await call(`${agent.endpoints.urls.imds}/oauth2/tokens`, [metadata])).status).toBe(404)
  })
})
