import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { systemClock } from '../platform/clock.ts'
import { createLogger } from '../platform/log.ts'
import { Secret } from '../platform/secret.ts'
import { type AgentHost, instanceFolder, startAgents } from './agent-host.ts'
import { enrollAgent } from './enrollment.ts'
import { call, silentLog, TestStand, testFacts, testSettings, until } from './testing/test-stand.ts'

const undo: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const one of undo.splice(0).reverse()) await one()
})

async function openStand(): Promise<TestStand> {
  const stand = await TestStand.open()
  undo.push(() => stand[Symbol.asyncDispose]())
  stand.server.addPrincipal()
  return stand
}

/** The instances of two servers on one host, so that their tokens cannot be mistaken. */
async function twoInstances() {
  const [first, second] = [await openStand(), await openStand()]
  await first.enroll()
  const agentDir = instanceFolder(first.agentDir, 'second')
  await enrollAgent({
    serverUrl: second.server.url,
    caPin: second.authorities.pin,
    joinToken: new Secret('jt_0123456789abcdef0123456789abcdef'),
    agentDir,
    facts: testFacts,
    log: silentLog,
  })
  return { first, second }
}

async function startAll(agentDir: string, log = silentLog): Promise<AgentHost> {
  const local = { ...testSettings, arcFolder: join(agentDir, 'arc', 'tokens') }
  const host = await startAgents({ agentDir, local, facts: testFacts, log, clock: systemClock })
  undo.push(() => host.stop())
  await until(() => host.agents.every((agent) => agent.instanceState().identities[0]?.ready === true))
  return host
}

const query = 'api-version=2019-08-01&resource=https://vault.test'
const ask = (agent: AgentHost['agents'][number] | undefined, secret: Secret | undefined) =>
  call(`${agent?.endpoints.urls['app-service']}?${query}`, [['X-IDENTITY-HEADER', secret?.reveal() ?? '']])

describe('one process for several instances of a host', () => {
  it('answers each at endpoints of its own, with a secret of its own and for its own identity', async () => {
    const { first, second } = await twoInstances()
    const { agents } = await startAll(first.agentDir)
    const [one, other] = agents
    expect(agents).toHaveLength(2)
    expect(one?.endpoints.urls.imds).not.toBe(other?.endpoints.urls.imds)
    const [mine, theirs] = [await ask(one, one?.identityHeader), await ask(other, other?.identityHeader)]
    expect([mine.status, mine.json['client_id']]).toEqual([200, first.server.principals[0]?.clientId])
    expect([theirs.status, theirs.json['client_id']]).toEqual([200, second.server.principals[0]?.clientId])
    expect((await ask(one, other?.identityHeader)).status).toBe(401)
    expect((await ask(other, one?.identityHeader)).status).toBe(401)
    const foreign = `&client_id=${second.server.principals[0]?.clientId}`
    const crossed = await call(
      `${one?.endpoints.urls.imds}/metadata/identity/oauth2/token?api-version=2018-02-01&resource=x${foreign}`,
      [['Metadata', 'true']],
    )
    expect([crossed.status, crossed.json['error_description']]).toEqual([400, 'Identity not found'])
  })

  it('finds a further instance at the port it had before', async () => {
    const { first } = await twoInstances()
    const before = await startAll(first.agentDir)
    const url = before.agents[1]?.endpoints.urls.imds
    await before.stop()
    expect((await startAll(first.agentDir)).agents[1]?.endpoints.urls.imds).toBe(url)
  })

  it('serves the others when one cannot start, and those alone that are enrolled', async () => {
    const { first } = await twoInstances()
    const broken = instanceFolder(first.agentDir, 'broken')
    mkdirSync(broken, { mode: 0o700 })
    writeFileSync(join(broken, 'agent.json'), '{}')
    mkdirSync(instanceFolder(first.agentDir, 'empty'))
    expect((await startAll(first.agentDir)).agents).toHaveLength(2)
  })

  it('says once that every process of the host may ask, however many instances there are', async () => {
    const { first } = await twoInstances()
    const lines: string[] = []
    await startAll(first.agentDir, createLogger('warn', { write: (line: string) => void lines.push(line) }))
    expect(lines.filter((line) => line.includes('SIGNET_LOCAL_USERS'))).toHaveLength(1)
  })

  it.each(['../x', '', '.', 'a/b', 'x'.repeat(64)])('has no instance called "%s"', (name) => {
    expect(() => instanceFolder('/agent', name)).toThrow(/name of an instance/)
  })
})
