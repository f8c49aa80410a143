import { mkdtempSync, rmSync } from 'node:fs'
import { Agent, request as httpRequest, IncomingMessage, ServerResponse } from 'node:http'
import { createServer, type Server, Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { FakeClock } from '../../platform/clock.ts'
import { AuthorityClient } from '../authority-client.ts'
import { HeldIdentities } from '../held-identities.ts'
import { PendingProbes } from '../probe-trace.ts'
import { readyAgent, silentLog, type TestStand, until } from '../testing/test-stand.ts'
import { TokenBroker } from '../token-broker.ts'
import { TokenCache } from '../token-cache.ts'
import { ArcChallenges } from './arc-challenges.ts'
import { HeaderSecrets } from './header-secrets.ts'
import { localEndpoint } from './local-endpoint.ts'
import { LocalLimits } from './local-limits.ts'
import { mainSurface } from './local-surface.ts'

const imds = '/metadata/identity/oauth2/token?api-version=2018-02-01&resource=x'
const info = '/metadata/identity/info?api-version=2018-02-01'
const appService = '/msi/token?api-version=2019-08-01&resource=x'

/** What SDKs and strangers send to find out what is there: all of it is refused by a guard (SEC-95, SEC-96). */
const probes: readonly { path: string; headers: readonly string[]; status: number }[] = [
  { path: imds, headers: [], status: 400 },
  { path: imds, headers: ['Metadata', 'True'], status: 400 },
  { path: imds, headers: ['Metadata', 'true', 'Metadata', 'true'], status: 400 },
  { path: imds, headers: ['Metadata', 'true', 'X-Forwarded-For', '192.0.2.1'], status: 400 },
  { path: imds, headers: ['Metadata', 'true', 'Origin', 'null'], status: 400 },
  { path: '/metadata/identity/oauth2/token', headers: [], status: 400 },
  { path: info, headers: ['Metadata', ''], status: 400 },
  { path: appService, headers: [], status: 401 },
  { path: appService, headers: ['X-IDENTITY-HEADER', 'wrong'], status: 401 },
  { path: appService, headers: ['X-IDENTITY-HEADER', 'a', 'X-IDENTITY-HEADER', 'a'], status: 401 },
  { path: '/msi/token?api-version=2017-09-01&resource=x', headers: [], status: 401 },
  { path: '/ml/token?api-version=2017-09-01&resource=x', headers: ['Secret', 'wrong'], status: 401 },
  { path: '/ml/token?api-version=2017-09-01&resource=x', headers: ['secret', 'a', 'Secret', 'a'], status: 401 },
  { path: '/oauth2/token?resource=x', headers: [], status: 400 },
  { path: '/arc/oauth2/token?api-version=2020-06-01&resource=x', headers: [], status: 400 },
  { path: '/metadata/instance?api-version=2021-02-01', headers: [], status: 400 },
  { path: '/metadata/versions', headers: ['Metadata', 'TRUE'], status: 400 },
]

const undo: (() => unknown)[] = []
afterEach(async () => {
  for (const one of undo.splice(0).reverse()) await one()
})

/** A port that takes connections and never says a word. */
async function blackHole(port: number): Promise<{ connections: number }> {
  const seen = { connections: 0 }
  const sockets = new Set<Socket>()
  const server: Server = createServer((socket) => {
    seen.connections += 1
    sockets.add(socket)
    socket.on('error', () => undefined)
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  undo.push(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return seen
}

/** The agent of `stand`, started anew with nobody behind it; its clock stands still, so it calls the server once. */
async function withoutServer(stand: TestStand) {
  const [authorityPort, serverPort] = [stand.authority.port, stand.server.port]
  await stand.authority.close()
  await stand.server.close()
  const [authority, server] = [await blackHole(authorityPort), await blackHole(serverPort)]
  const agent = await stand.start(new FakeClock())
  await until(() => server.connections === 1)
  return { agent, authority, server }
}

function statusOf(agent: Agent, port: number, probe: (typeof probes)[number]): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = ['Host', `127.0.0.1:${port}`, ...probe.headers]
    const call = httpRequest({ agent, host: '127.0.0.1', port, path: probe.path, headers }, (response) => {
      response.resume()
      response.on('end', () => resolve(response.statusCode ?? 0))
    })
    call.on('error', reject)
    call.end()
  })
}

describe('a malformed probe', () => {
  it('is refused 2,000 times with no word to a server that does not answer (SEC-95)', async () => {
    const { stand, agent: before } = await readyAgent()
    undo.push(() => stand[Symbol.asyncDispose]())
    await before.stop()
    const { agent, authority, server } = await withoutServer(stand)
    const port = Number(new URL(agent.endpoints.urls.imds).port)
    const connections = new Agent({ keepAlive: true, maxSockets: 16 })
    undo.push(() => connections.destroy())
    const sent = Array.from({ length: 2_000 }, (_, index) => probes[index % probes.length] ?? probes[0])
    const wrong: string[] = []
    await Promise.all(
      sent.map(async (probe) => {
        if (!probe) return
        const status = await statusOf(connections, port, probe)
        if (status !== probe.status) wrong.push(`${status} for ${probe.path} ${probe.headers.join(' ')}`)
      }),
    )
    expect(wrong).toEqual([])
    expect([authority.connections, server.connections]).toEqual([0, 1])
  }, 60_000)

  it.each(probes)('is answered in the turn of the event loop it came in: $path $headers (SEC-95)', async (probe) => {
    const agentDir = mkdtempSync(join(tmpdir(), 'signet-agent-'))
    undo.push(() => rmSync(agentDir, { recursive: true, force: true }))
    const clock = new FakeClock()
    const held = new HeldIdentities(agentDir, clock)
    const authority = new AuthorityClient('')
    const parts = {
      broker: new TokenBroker({ held, cache: new TokenCache(clock), authority, now: () => clock.now() }),
      probes: new PendingProbes(),
      limits: new LocalLimits({ perSecond: undefined, inFlight: undefined }, clock),
      callers: undefined,
      facts: () => ({ tenantId: '', instance: undefined }),
      admitsAbsoluteForm: false,
      clock,
      log: silentLog,
    }
    const challenges = new ArcChallenges({ folder: join(agentDir, 'tokens'), group: undefined, clock })
    const handler = localEndpoint(parts, mainSurface(new HeaderSecrets(), challenges), () => new Set(['127.0.0.1:1']))
    const request = new IncomingMessage(new Socket())
    const rawHeaders = ['Host', '127.0.0.1:1', ...probe.headers]
    const pairs = rawHeaders.flatMap((name, at) => (at % 2 === 0 ? [[name.toLowerCase(), rawHeaders[at + 1]]] : []))
    Object.assign(request, { method: 'GET', url: probe.path, rawHeaders, headers: Object.fromEntries(pairs) })
    const response = new ServerResponse(request)
    let turned = false
    setImmediate(() => {
      turned = true
    })
    handler(request, response)
    for (let step = 0; step < 20; step += 1) await Promise.resolve()
    expect([response.writableEnded, response.statusCode, turned]).toEqual([true, probe.status, false])
  })
})
