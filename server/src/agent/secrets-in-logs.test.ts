import { randomUUID } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { afterEach, expect, it } from 'vitest'
import { createLogger } from '../platform/log.ts'
import { SignetError } from '../platform/signet-error.ts'
import { loadAgentIdentity } from './agent-identity.ts'
import { instanceId } from './testing/test-server.ts'
import { call, readyAgent, type TestStand, until } from './testing/test-stand.ts'

let open: TestStand | undefined
afterEach(async () => {
  await open?.[Symbol.asyncDispose]()
  open = undefined
})

/** Every string of a file of the agent that is a key. */
function keysIn(text: string): string[] {
  return [...text.matchAll(/"privateKey": ?"([^"]+)"/g)].flatMap(([, key]) => (key ? [key] : []))
}

it('no token, code, key or header secret of an agent is in its log at debug level (SEC-171)', async () => {
  const lines: string[] = []
  const log = createLogger('debug', { write: (line: string) => void lines.push(line) })
  const { stand, agent } = await readyAgent({ log })
  open = stand
  const { server, authority } = stand
  const imds = (resource: string) =>
    call(`${agent.endpoints.urls.imds}/metadata/identity/oauth2/token?api-version=2018-02-01&resource=${resource}`, [
      ['Metadata', 'true'],
    ])
  const header = agent.identityHeader.reveal()
  const appService = (value: string) =>
    call(`${agent.endpoints.urls['app-service']}?api-version=2019-08-01&resource=x`, [['X-IDENTITY-HEADER', value]])
  const tokens = [(await imds('a')).json['access_token'], (await appService(header)).json['access_token']]
  expect((await appService(`${header}-wrong`)).status).toBe(401)
  authority.refusal = { status: 401, body: { error: 'invalid_client', error_description: 'AADSTS700027: no' } }
  await imds('b')
  authority.refusal = { status: 200, body: { access_token: 'sentinel-broken-answer', expires_in: 'never' } }
  await imds('c')
  authority.refusal = undefined
  const probeId = randomUUID()
  server.send('probe', {
    ...{ probeId, instanceId, dialect: 'app-service', resource: 'd' },
    ...{ bypassCache: true, selector: null, isolated: false },
  })
  await until(() => server.probeResults.has(probeId))
  tokens.push(server.probeResults.get(probeId)?.accessToken ?? '')
  server.fault = (path) =>
    path.includes('/slots/') ? { error: new SignetError('unavailable'), late: true } : undefined
  const credentials = join(stand.agentDir, 'credentials')
  const keys = readdirSync(credentials).flatMap((name) => keysIn(readFileSync(join(credentials, name), 'utf8')))
  for (const principal of server.principals) principal.slot.run = { id: randomUUID(), state: 'requested' }
  server.renewAfter = Date.now() - 1
  server.push()
  await until(() => server.callsTo('/renew').length > 0)
  await until(() => server.reports.some((report) => report.errors.length > 0))
  server.send('revoke', { objectId: server.principals[0]?.objectId, version: 9, reason: 'deleted' })
  await until(() => agent.instanceState().identities.length === 0)
  const assertions = authority.calls.map((one) => one.form.get('client_assertion') ?? '')
  const sentinels = [
    ...['jt_0123456789abcdef0123456789abcdef', 'sentinel-broken-answer', header],
    ...[...tokens.map(String), ...assertions, ...keys],
    ...keysIn(readFileSync(join(stand.agentDir, 'agent.json'), 'utf8')),
  ]
  const printed = [
    ...lines,
    inspect(agent, { depth: 20, showHidden: true }),
    inspect(loadAgentIdentity(stand.agentDir), { depth: 20 }),
    JSON.stringify([agent.endpoints, agent.instanceState(), loadAgentIdentity(stand.agentDir)]),
  ].join('\n')
  expect(lines.length).toBeGreaterThan(8)
  expect(sentinels.length).toBeGreaterThan(8)
  for (const sentinel of sentinels) {
    expect(sentinel.length).toBeGreaterThan(10)
    expect(printed.includes(sentinel)).toBe(false)
  }
})
