import { readdirSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { RunningAgent } from './agent.ts'
import { call, readyAgent, type TestStand } from './testing/test-stand.ts'

let stand: TestStand
let agent: RunningAgent
beforeEach(async () => {
  ;({ stand, agent } = await readyAgent())
})
afterEach(() => stand[Symbol.asyncDispose]())

const values = [
  'https://evil.example/oauth2/token?x=',
  '//evil.example/',
  '../../../../etc/passwd',
  'token-files/../../agent.json',
  'https://vault.test\r\nX-Evil: 1',
  'https://vault.test https://evil.example/.default',
  `api://${'a'.repeat(1_500)}`,
  '__proto__',
]

describe('a word of a request is no address, no file name and no header (SEC-104)', () => {
  it.each(values)('as the resource %j', async (value) => {
    const files = readdirSync(stand.agentDir, { recursive: true })
    const { authority } = stand
    const url = `${agent.endpoints.urls.imds}/metadata/identity/oauth2/token?api-version=2018-02-01`
    const answer = await call(`${url}&resource=${encodeURIComponent(value)}`, [
      ['Metadata', 'true'],
      ['x-ms-client-request-id', 'evil.example'],
      ['client-request-id', 'evil.example'],
    ])
    expect([200, 400]).toContain(answer.status)
    expect(JSON.stringify(answer.headers)).not.toMatch(/evil|passwd|proto|aaaa/)
    // The one thing that is called is the authority of the last state, and the resource is in its form alone.
    for (const asked of authority.calls) {
      expect(asked.path).toMatch(/^\/[0-9a-f-]{36}\/oauth2\/v2\.0\/token$/)
      expect(JSON.stringify(asked.headers)).not.toMatch(/evil|passwd|proto|aaaa/)
      expect([...asked.form.entries()].filter(([, text]) => text.includes(value)).map(([name]) => name)).toEqual([
        'scope',
      ])
    }
    expect(readdirSync(stand.agentDir, { recursive: true })).toEqual(files)
  })

  it.each(values)('as the client ID %j', async (value) => {
    const url = `${agent.endpoints.urls.imds}/metadata/identity/oauth2/token?api-version=2018-02-01&resource=x`
    const answer = await call(`${url}&client_id=${encodeURIComponent(value)}`, [['Metadata', 'true']])
    expect([answer.status, answer.json['error_description']]).toEqual([400, 'Identity not found'])
    expect(stand.authority.calls).toEqual([])
  })

  it('matches a resource against the audiences that the server sent, in the spellings of the authority', async () => {
    const audience = { uri: 'api://orders', appId: 'aaaaaaaa-0000-4000-8000-000000000002', version: 1 }
    const ask = (resource: string) =>
      call(`${agent.endpoints.urls.imds}/metadata/identity/oauth2/token?api-version=2018-02-01&resource=${resource}`, [
        ['Metadata', 'true'],
      ])
    stand.server.send('terms', { revision: 2, keyEpoch: 0, audiences: [audience] })
    for (const resource of ['api://orders', 'api://orders/', audience.appId, 'api://orders2']) await ask(resource)
    const before = stand.authority.calls.length
    stand.server.send('terms', { revision: 3, keyEpoch: 0, audiences: [{ ...audience, version: 2 }] })
    await expect
      .poll(async () => {
        await ask('api://orders')
        return stand.authority.calls.length
      })
      .toBe(before + 1)
    for (const resource of ['api://orders/', audience.appId, 'api://orders2']) await ask(resource)
    expect(stand.authority.calls).toHaveLength(before + 3)
  })
})
