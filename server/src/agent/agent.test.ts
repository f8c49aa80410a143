import { randomUUID } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { ManagedIdentityToken } from '@signet/shared/wire/managed-identity'
import { afterEach, describe, expect, it } from 'vitest'
import { readEndpoints } from './index.ts'
import { call, type LocalAnswer, readyAgent, TestStand, until } from './testing/test-stand.ts'

let open: TestStand | undefined
afterEach(async () => {
  await open?.[Symbol.asyncDispose]()
  open = undefined
})

async function ready() {
  const { stand, agent } = await readyAgent()
  open = stand
  const ask = (resource = 'https://vault.test', more = ''): Promise<LocalAnswer> => {
    const query = `api-version=2018-02-01&resource=${encodeURIComponent(resource)}${more}`
    return call(`${agent.endpoints.imdsUrl}/metadata/identity/oauth2/token?${query}`, [['Metadata', 'true']])
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
    const url = `${again.endpoints.imdsUrl}/metadata/identity/oauth2/token?api-version=2018-02-01&resource=x`
    expect((await call(url, [['Metadata', 'true']])).status).toBe(200)
  })
})

describe('what the server takes away', () => {
  it('refuses and wipes at once what is revoked, also after a restart (SEC-45)', async () => {
    const { ask, server, agent, stand } = await ready()
    await ask()
    const [principal] = server.principals.splice(0)
    server.identityState = 'disabling'
    server.send('revoke', { objectId: principal?.objectId, reason: 'suspended' })
    await until(() => agent.instanceState().identities.length === 0)
    const refused = await ask()
    expect([refused.status, refused.json['error_description']]).toEqual([400, 'Identity not found'])
    expect(() => statSync(join(stand.agentDir, 'credentials', `${principal?.slot.id}.json`))).toThrow('ENOENT')
    await until(() => server.reports.at(-1)?.principals.length === 0)
    await agent.stop()
    await server.close()
    expect((await stand.start()).instanceState().identities).toEqual([])
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
            `export ${name}=${name.endsWith('ENDPOINT') ? agent.endpoints.identityEndpoint : agent.identityHeader}\n`,
        )
        .join(''),
    )
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(statSync(join(stand.agentDir, 'endpoints.json')).mode & 0o777).toBe(0o600)
    expect(readEndpoints(stand.agentDir)).toEqual(agent.endpoints)
    await agent.stop()
    const again = await stand.start()
    expect(again.identityHeader).not.toBe(agent.identityHeader)
    expect(Buffer.from(again.identityHeader, 'base64url')).toHaveLength(32)
  })
})
