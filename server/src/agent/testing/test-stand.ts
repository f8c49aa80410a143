import { mkdtempSync, rmSync } from 'node:fs'
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Clock, systemClock } from '../../platform/clock.ts'
import { createLogger, type Logger } from '../../platform/log.ts'
import { Secret } from '../../platform/secret.ts'
import { type RunningAgent, startAgent } from '../agent.ts'
import type { LocalSettings } from '../endpoints/local-listeners.ts'
import { enrollAgent } from '../enrollment.ts'
import { TestAuthority } from './test-authority.ts'
import { TestAuthorities } from './test-certificates.ts'
import { TestServer } from './test-server.ts'

export const testFacts = { hostName: 'vm1', platform: 'linux', agentVersion: '0.1.0' }
export const silentLog = createLogger('silent')
const joinToken = 'jt_0123456789abcdef0123456789abcdef'

/** Every dialect, on free ports and in folders that go with the stand. */
export const testSettings: Omit<LocalSettings, 'arcFolder'> = {
  bind: '127.0.0.1',
  port: 0,
  serviceFabricPort: 0,
  cloudShellPort: undefined,
  arcPort: undefined,
  arcGroup: undefined,
  wellKnownAddress: false,
  absoluteForm: false,
  tokenFiles: false,
  limits: { perSecond: undefined, inFlight: undefined },
  callers: { users: undefined, units: undefined },
}

/** A server, an authority and the folder of an agent, over real TLS and a real disk. */
export class TestStand {
  readonly authorities: TestAuthorities
  readonly authority = new TestAuthority()
  readonly server: TestServer
  readonly log: Logger
  readonly agentDir = mkdtempSync(join(tmpdir(), 'signet-agent-'))
  readonly #agents: RunningAgent[] = []

  private constructor(authorities: TestAuthorities, log: Logger) {
    this.log = log
    this.authorities = authorities
    this.server = new TestServer(authorities, this.authority)
  }

  static async open(log: Logger = silentLog): Promise<TestStand> {
    const stand = new TestStand(await TestAuthorities.create(), log)
    await stand.authority.open(stand.authorities)
    await stand.server.open()
    return stand
  }

  enroll(overrides: { caPin?: string; joinToken?: string } = {}): Promise<{ agentId: string; tenantId: string }> {
    const { agentDir, authorities, server } = this
    return enrollAgent({
      serverUrl: server.url,
      caPin: overrides.caPin ?? authorities.pin,
      joinToken: new Secret(overrides.joinToken ?? joinToken),
      agentDir,
      facts: testFacts,
      log: this.log,
    })
  }

  async start(clock: Clock = systemClock, local: Partial<LocalSettings> = {}): Promise<RunningAgent> {
    const agent = await startAgent({
      agentDir: this.agentDir,
      local: { ...testSettings, arcFolder: join(this.agentDir, 'arc', 'tokens'), ...local },
      facts: testFacts,
      log: this.log,
      clock,
    })
    this.#agents.push(agent)
    return agent
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const agent of this.#agents) await agent.stop()
    await this.server.close()
    await this.authority.close()
    rmSync(this.agentDir, { recursive: true, force: true })
  }
}

/** An agent that is enrolled, connected and holds one system identity in force. */
export async function readyAgent(
  options: { log?: Logger; clock?: Clock; local?: Partial<LocalSettings> } = {},
): Promise<{ stand: TestStand; agent: RunningAgent }> {
  const stand = await TestStand.open(options.log)
  stand.server.addPrincipal()
  await stand.enroll()
  const agent = await stand.start(options.clock, options.local)
  await until(() => agent.instanceState().identities[0]?.ready === true)
  return { stand, agent }
}

/** A port that nobody listens on at this moment. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (typeof address !== 'object' || address === null) throw new Error('no port')
  return address.port
}

export interface LocalAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
  readonly json: Record<string, unknown>
}

/** One call with exactly these headers, repeats included; nothing is added but `Host`, unless it is given. */
export function call(
  url: string,
  headers: readonly (readonly [string, string])[] = [],
  options: { method?: string; path?: string; body?: string } = {},
): Promise<LocalAnswer> {
  const { hostname, port, pathname, search, host } = new URL(url)
  const withHost = headers.some(([name]) => name.toLowerCase() === 'host')
    ? headers
    : [['Host', host] as const, ...headers]
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      {
        hostname,
        port,
        path: options.path ?? pathname + search,
        method: options.method ?? 'GET',
        agent: false,
        headers: withHost.flat(),
      },
      (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('error', reject)
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8')
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text,
            json: text ? JSON.parse(text) : {},
          })
        })
      },
    )
    request.on('error', reject)
    request.end(options.body)
  })
}

/** Waits for something another process or the network does; there is no clock of ours to advance. */
export async function until(condition: () => boolean, withinMs = 25_000): Promise<void> {
  const deadline = performance.now() + withinMs
  while (!condition()) {
    if (performance.now() > deadline) throw new Error('it did not come to that in time')
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
