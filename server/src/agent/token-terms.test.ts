import { afterEach, describe, expect, it } from 'vitest'
import { call, readyAgent, until } from './testing/test-stand.ts'

const undo: (() => unknown)[] = []
afterEach(async () => {
  for (const one of undo.splice(0).reverse()) await one()
})

const audiences = [
  { uri: 'https://vault.test', appId: 'aaaaaaaa-0000-4000-8000-000000000001', version: 1 },
  { uri: 'api://orders', appId: 'aaaaaaaa-0000-4000-8000-000000000002', version: 1 },
]

async function ready() {
  const { stand, agent } = await readyAgent()
  undo.push(() => stand[Symbol.asyncDispose]())
  const { server, authority } = stand
  server.terms = { revision: 2, keyEpoch: 0, audiences }
  server.send('terms', server.terms)
  const imds = `${agent.endpoints.urls.imds}/metadata/identity/oauth2/token?api-version=2018-02-01`
  const ask = (resource: string) => call(`${imds}&resource=${encodeURIComponent(resource)}`, [['Metadata', 'true']])
  /** What the server tells of from now on, until the agent has answered by it. */
  const tell = (terms: Partial<typeof server.terms>) => {
    server.terms = { ...server.terms, revision: server.terms.revision + 1, ...terms }
    server.send('terms', server.terms)
  }
  await ask('https://vault.test')
  await ask('api://orders')
  expect(authority.calls).toHaveLength(2)
  return { stand, server, authority, agent, ask, tell }
}

const disabled = { status: 400, body: { error: 'invalid_resource', error_description: 'AADSTS50001: disabled' } }

describe('what was answered about an audience', () => {
  it('reaches the tokens that the agent has cached, and none of another audience (N10)', async () => {
    const { authority, ask, tell } = await ready()
    authority.refusal = disabled
    tell({ audiences: audiences.map((one) => (one.uri === 'api://orders' ? { ...one, version: 2 } : one)) })
    await expect.poll(async () => (await ask('api://orders')).status).toBe(400)
    expect((await ask('https://vault.test')).status).toBe(200)
  })

  it('is caught up on by an agent that was away when it happened (N10)', async () => {
    const { server, authority, ask } = await ready()
    authority.refusal = disabled
    server.terms = { ...server.terms, revision: 1, audiences: audiences.slice(0, 1) }
    server.dropStreams()
    await expect.poll(async () => (await ask('api://orders')).status, { timeout: 20_000 }).toBe(400)
    expect((await ask('https://vault.test')).status).toBe(200)
  })

  it('has a request that waits at that moment asked once more, since its token may be of before (N10)', async () => {
    const { server, authority, ask, tell } = await ready()
    tell({ audiences: [] })
    await expect.poll(async () => (await ask('api://orders')).status).toBe(200)
    const before = authority.calls.length
    const gate = Promise.withResolvers<void>()
    authority.gate = gate.promise
    const waiting = ask('api://new')
    await until(() => authority.calls.length === before + 1)
    const reports = server.reports.length
    tell({ audiences: [{ uri: 'api://new', appId: 'x', version: 1 }] })
    server.push()
    await until(() => server.reports.length > reports)
    gate.resolve()
    expect((await waiting).status).toBe(200)
    expect(authority.calls).toHaveLength(before + 2)
  })
})

it('drops every cached token when a signing key was revoked (SEC-89)', async () => {
  const { authority, ask, tell } = await ready()
  tell({ keyEpoch: 1 })
  await expect
    .poll(async () => {
      await ask('https://vault.test')
      return authority.calls.length
    })
    .toBe(3)
  await ask('api://orders')
  expect(authority.calls).toHaveLength(4)
})
