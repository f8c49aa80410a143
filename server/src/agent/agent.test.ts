import { randomUUID } from 'node:crypto'
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ManagedIdentityToken } from '@signet/shared/wire/managed-identity'
import { afterEach, describe, expect, it } from 'vitest'
import { type Clock, FakeClock } from '../platform/clock.ts'
import { readEndpoints } from './index.ts'
import { call, type LocalAnswer, readyAgent, TestStand, until } from './testing/test-stand.ts'

let open: TestStand | undefined
afterEach(async () => {
  await open?.[Symbol.asyncDispose]()
  open = undefined
})

async function ready(clock?: Clock) {
  const { stand, agent } = await readyAgent(clock && { clock })
  open = stand
  const ask = (resource = 'https://vault.test', more = ''): Promise<LocalAnswer> => {
    const query = `api-version=2018-02-01&resource=${encodeURIComponent(resource)}${more}`
    return call(`${agent.endpoints.urls.imds}/metadata/identity/oauth2/token?${query}`, [['Metadata', 'true']])
  }
  return { stand, agent, server: stand.server, authority: stand.authority, ask }
}

describe('a workload asks for a token', () => {
  it('gets one that was acquired with the injected certificate', async () => {
    const { ask, authority, server } = await ready()
    const answer = await ask()
    expect(answer.status).toBe(200)
    expect(ManagedIdentityToken.parse(answer.json)).toMatchObject({
      client_id: server.principals[0]?.clientId,
      object_id: server.principals[0]?.objectId,
      resource: 'https://vault.test',
    })
    const [tokenCall] = authority.calls
    expect(tokenCall?.form.get('scope')).toBe('https://vault.test/.default')
    expect(tokenCall?.assertion.claims).toMatchObject({
      iss: server.principals[0]?.clientId,
      sub: server.principals[0]?.clientId,
      aud: server.state().assertionAudience,
    })
    expect(Number(tokenCall?.assertion.claims['exp']) - Number(tokenCall?.assertion.claims['nbf'])).toBeLessThanOrEqual(
      240,
    )
  })

  it('gets the cached token while the authority and the server are down (SEC-105)', async () => {
    const { ask, stand, agent } = await ready()
    const first = await ask()
    await stand.authority.close()
    await stand.server.close()
    await until(() => !agent.instanceState().connected)
    const second = await ask()
    expect(second.status).toBe(200)
    expect(second.json['access_token']).toBe(first.json['access_token'])
  })

  it('is served after a restart without a server, from what is on disk', async () => {
    const { stand, agent } = await ready()
    await agent.stop()
    await stand.server.close()
    const again = await stand.start()
    const url = `${again.endpoints.urls.imds}/metadata/identity/oauth2/token?api-version=2018-02-01&resource=x`
    expect((await call(url, [['Metadata', 'true']])).status).toBe(200)
  })
})

describe('a machine that slept, or whose clock was set', () => {
  const minutes = 60_000

  it('has its tokens judged by the wall clock: one that ended in its sleep is not served (SEC-145)', async () => {
    const clock = new FakeClock(Date.now())
    const { ask, authority } = await ready(clock)
    const first = await ask()
    clock.step(20 * minutes)
    expect((await ask()).json['access_token']).toBe(first.json['access_token'])
    clock.step(36 * minutes)
    await ask()
    expect(authority.calls).toHaveLength(2)
  })

  it('asks the server anew within five seconds, and renews at once what is due by then (SEC-145)', async () => {
    const clock = new FakeClock(Date.now())
    const { server } = await ready(clock)
    server.renewAfter = Date.now() - minutes
    clock.step(30 * minutes)
    clock.advance(5_000)
    await until(() => {
      clock.advance(1)
      return server.callsTo('/stream').length === 2 && server.callsTo('/renew').length === 1
    })
  })

  it('whose clock was ahead serves no token by the ends it reckoned then (SEC-145)', async () => {
    const clock = new FakeClock(Date.now())
    const { ask, authority } = await ready(clock)
    await ask()
    clock.step(-30 * minutes)
    clock.advance(5_000)
    await ask()
    expect(authority.calls).toHaveLength(2)
  })
})

describe('what the server takes away', () => {
  it('refuses and wipes at once what is revoked, also after a restart (SEC-45)', async () => {
    const { ask, server, agent, stand } = await ready()
    await ask()
    const [principal] = server.principals.splice(0)
    server.identityState = 'disabling'
    server.send('revoke', { objectId: principal?.objectId, version: 2, reason: 'deleted' })
    await until(() => agent.instanceState().identities.length === 0)
    const refused = await ask()
    expect([refused.status, refused.json['error_description']]).toEqual([400, 'Identity not found'])
    expect(() => statSync(join(stand.agentDir, 'credentials', `${principal?.slot.id}.json`))).toThrow('ENOENT')
    await until(() => server.reports.at(-1)?.principals.length === 0)
    await agent.stop()
    await server.close()
    expect((await stand.start()).instanceState().identities).toEqual([])
  })

  it('counts as held until it has left the disk, which is tried again (SEC-45)', async () => {
    const { ask, server, agent, stand } = await ready()
    const objectId = server.principals[0]?.objectId
    const [principal] = server.principals.splice(0)
    const file = join(stand.agentDir, 'credentials', `${principal?.slot.id}.json`)
    rmSync(file)
    mkdirSync(file)
    writeFileSync(join(file, 'in-the-way'), '')
    server.send('revoke', { objectId, version: 2, reason: 'deleted' })
    await until(() => agent.instanceState().identities.length === 0)
    expect((await ask()).status).toBe(400)
    expect(server.reports.at(-1)?.principals).toEqual([objectId])
    rmSync(file, { recursive: true })
    writeFileSync(file, 'the key')
    await until(() => server.reports.at(-1)?.principals.length === 0)
    expect(() => statSync(file)).toThrow('ENOENT')
  })

  it('refuses the request that waits for a token at that moment, and caches nothing of it (SEC-45)', async () => {
    const { ask, server, authority, agent } = await ready()
    const gate = Promise.withResolvers<void>()
    authority.gate = gate.promise
    const waiting = ask()
    await until(() => authority.calls.length === 1)
    const objectId = server.principals[0]?.objectId
    server.send('revoke', { objectId, version: 2, reason: 'deleted' })
    await until(() => agent.instanceState().identities.length === 0)
    gate.resolve()
    expect((await waiting).status).toBe(400)
    expect((await ask()).status).toBe(400)
    for (const principal of server.principals) principal.version = 3
    server.push()
    await until(() => agent.instanceState().identities[0]?.ready === true)
    expect((await ask()).status).toBe(200)
    expect(authority.calls).toHaveLength(2)
  })

  it('stays away when a state arrives that was computed before the revocation', async () => {
    const { ask, server, agent } = await ready()
    const objectId = server.principals[0]?.objectId
    const before = server.callsTo('/certificate').length
    server.send('revoke', { objectId, version: 2, reason: 'deleted' })
    server.push()
    await until(() => server.reports.at(-1)?.generation === server.state().generation)
    expect(agent.instanceState().identities).toEqual([])
    expect((await ask()).status).toBe(400)
    expect(server.callsTo('/certificate')).toHaveLength(before)
  })

  it('is taken away once, however often it is said', async () => {
    const { server, agent } = await ready()
    const revocation = { objectId: server.principals[0]?.objectId, version: 2, reason: 'deleted' }
    for (let round = 0; round < 3; round += 1) server.send('revoke', revocation)
    await until(() => agent.instanceState().identities.length === 0)
    server.principals.splice(0)
    server.push()
    await until(() => server.reports.at(-1)?.generation === server.state().generation)
    expect(agent.instanceState().connected).toBe(true)
  })

  it('is kept when the revocation is of an older version than is held', async () => {
    const { ask, server, agent, authority } = await ready()
    for (const principal of server.principals) principal.version = 3
    server.push()
    await until(() => server.reports.at(-1)?.generation === server.state().generation)
    await ask()
    server.send('revoke', { objectId: server.principals[0]?.objectId, version: 2, reason: 'deleted' })
    server.push()
    await until(() => server.reports.at(-1)?.generation === server.state().generation)
    expect(agent.instanceState().identities[0]?.ready).toBe(true)
    expect((await ask()).status).toBe(200)
    expect(authority.calls).toHaveLength(1)
  })

  it('that was paused by a message ahead of the state is refused, keeps its key, and works again (SEC-45)', async () => {
    const { ask, server, authority, agent } = await ready()
    expect((await ask()).status).toBe(200)
    const objectId = server.principals[0]?.objectId
    server.send('revoke', { objectId, version: 2, reason: 'suspended' })
    await expect.poll(async () => (await ask()).status).toBe(400)
    expect(agent.instanceState().identities[0]?.ready).toBe(true)
    await until(() => server.reports.at(-1)?.known[0]?.version === 2)
    expect(server.reports.at(-1)?.known).toEqual([{ objectId, version: 2 }])
    for (const principal of server.principals) principal.version = 3
    server.push()
    await expect.poll(async () => (await ask()).status).toBe(200)
    expect(authority.calls).toHaveLength(2)
    expect(server.callsTo('/certificate')).toHaveLength(1)
  })

  it('is refused at once while paused, keeps its credential, and works again after a resume', async () => {
    const { ask, server, agent } = await ready()
    expect((await ask()).status).toBe(200)
    const [principal] = server.principals
    if (!principal) throw new Error('no principal')
    const set = async (state: 'enabled' | 'suspended') => {
      principal.state = state
      principal.version += 1
      server.push()
      await until(() => server.reports.at(-1)?.generation === server.state().generation)
    }
    await set('suspended')
    const refused = await ask()
    expect([refused.status, refused.json]).toEqual([
      400,
      { error: 'invalid_request', error_description: 'The managed identity is paused.' },
    ])
    expect(agent.instanceState().identities[0]?.ready).toBe(true)
    await set('enabled')
    expect((await ask()).status).toBe(200)
    expect(server.callsTo('/certificate')).toHaveLength(1)
  })

  it('drops tokens of a principal whose version changed', async () => {
    const { ask, server, authority } = await ready()
    const first = await ask()
    for (const principal of server.principals) principal.version += 1
    server.push()
    await until(() => server.reports.at(-1)?.generation === server.state().generation)
    const second = await ask()
    expect(second.json['access_token']).not.toBe(first.json['access_token'])
    expect(authority.calls).toHaveLength(2)
  })

  it('answers 404 while an identity is on its way, then 200 (vector 5)', async () => {
    const { ask, server, agent } = await ready()
    server.principals.splice(0)
    server.identityState = 'enabling'
    server.push()
    await until(() => agent.instanceState().identities.length === 0)
    const pending = await ask()
    expect([pending.status, pending.json['error']]).toEqual([404, 'invalid_request'])
    server.addPrincipal('system', 'rsa2048')
    server.push()
    await until(() => agent.instanceState().identities[0]?.ready === true)
    expect((await ask()).status).toBe(200)
  })
})

describe('rollover', () => {
  it('installs, acknowledges and uses the new certificate without a refused request', async () => {
    const { ask, server, authority, agent } = await ready()
    const slot = server.principals[0]?.slot
    const before = slot?.active
    if (slot) slot.run = { id: randomUUID(), state: 'requested' }
    server.push()
    await until(() => slot?.active !== before && slot?.run?.state === 'activated')
    await until(() => server.reports.at(-1)?.generation === server.state().generation)
    expect((await ask()).status).toBe(200)
    expect(authority.calls.at(-1)?.assertion.header['x5t#S256']).toBe(slot?.active)
    expect(server.callsTo('/certificate')).toHaveLength(2)
    expect(agent.instanceState().identities).toHaveLength(1)
  })

  it('renews the certificate of the agent itself and presents it from then on (SEC-41)', async () => {
    const { server, stand } = await ready()
    server.renewAfter = Date.now() - 1
    server.push()
    await until(() => server.callsTo('/renew').length === 1)
    const before = server.callsTo('/enroll').length
    server.renewAfter = Date.now() + 3_600_000
    await until(() => JSON.parse(readFileSync(join(stand.agentDir, 'agent.json'), 'utf8')).generation === 2)
    server.agentGeneration = 2
    await until(() => new Set(server.calls.map((one) => one.clientX5t)).size === 3)
    expect(server.callsTo('/enroll')).toHaveLength(before)
    expect(server.callsTo('/renew')[0]?.body).toMatchObject({ generation: 2 })
  })
})

describe('a state', () => {
  it('that is older than the one applied on this connection is ignored', async () => {
    const { server, agent } = await ready()
    const older = server.state()
    server.push()
    await until(() => agent.instanceState().generation === server.state().generation)
    server.send('state', { ...older, principals: [] })
    server.push()
    await until(() => server.reports.at(-1)?.generation === server.state().generation)
    expect(agent.instanceState().identities).toHaveLength(1)
    expect(server.callsTo('/certificate')).toHaveLength(1)
  })

  it('of a server that counts from lower down is taken in on the next connection', async () => {
    const { server, agent } = await ready()
    for (let round = 0; round < 5; round += 1) server.push()
    await until(() => agent.instanceState().generation === server.state().generation)
    server.restoredAt(1)
    server.dropStreams()
    await until(() => agent.instanceState().generation === 1)
    await until(() => server.reports.at(-1)?.generation === 1)
  })
})

describe('the stream', () => {
  it('outlives garbage, unknown events and broken connections', async () => {
    const { server, agent, ask } = await ready()
    server.sendRaw('event: state\ndata: {"generation":"x"}\n\nevent: nonsense\ndata: 1\n\ndata\n\n: comment\n\n')
    server.sendRaw('event: revoke\ndata: {not json\n\n')
    expect((await ask()).status).toBe(200)
    server.dropStreams()
    await until(() => server.callsTo('/stream').length >= 2)
    await until(() => agent.instanceState().connected)
    expect((await ask()).status).toBe(200)
  })

  it('is replaced by asking for the state where streams are blocked', async () => {
    const stand = await TestStand.open()
    open = stand
    stand.server.addPrincipal()
    stand.server.streamsBlocked = true
    await stand.enroll()
    const agent = await stand.start()
    await until(() => agent.instanceState().identities[0]?.ready === true)
    expect(agent.instanceState().connected).toBe(false)
  })
})

describe('starting', () => {
  it('names what to run when no agent is enrolled', async () => {
    open = await TestStand.open()
    await expect(open.start()).rejects.toThrow(/run signet enroll/)
  })

  it('writes a new secret and the environment of workloads, for the owner only (SEC-99, SEC-176)', async () => {
    const { stand, agent } = await ready()
    const file = join(stand.agentDir, 'identity.env')
    const before = readFileSync(file, 'utf8')
    expect(before).toBe(
      ['IDENTITY_ENDPOINT', 'IDENTITY_HEADER', 'MSI_ENDPOINT', 'MSI_SECRET']
        .map(
          (name) =>
            `export ${name}='${name.endsWith('ENDPOINT') ? agent.endpoints.urls['app-service'] : agent.identityHeader.reveal()}'\n`,
        )
        .join(''),
    )
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(statSync(join(stand.agentDir, 'endpoints.json')).mode & 0o777).toBe(0o600)
    expect(readEndpoints(stand.agentDir)).toEqual(agent.endpoints)
    expect(readEndpoints(stand.agentDir)?.identityHeader.reveal()).toBe(agent.identityHeader.reveal())
    await agent.stop()
    const again = await stand.start()
    expect(again.identityHeader.reveal()).not.toBe(agent.identityHeader.reveal())
    expect(Buffer.from(again.identityHeader.reveal(), 'base64url')).toHaveLength(32)
  })
})
