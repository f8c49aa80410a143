import { request } from 'node:http'
import { connect } from 'node:net'
import { networkInterfaces } from 'node:os'
import { afterEach, describe, expect, it } from 'vitest'
import { FakeClock } from '../../platform/clock.ts'
import { call, freePort, readyAgent, type TestStand, until } from '../testing/test-stand.ts'
import { LocalLimits } from './local-limits.ts'
import type { LocalSettings } from './local-listeners.ts'
import { isOfThisMachine, wellKnownAddress } from './request-guard.ts'
import { placeOfWellKnownAddress } from './well-known-address.ts'

let open: TestStand | undefined
afterEach(async () => {
  await open?.[Symbol.asyncDispose]()
  open = undefined
})

async function ready(local: Partial<LocalSettings>) {
  const { stand, agent } = await readyAgent({ local })
  open = stand
  const port = Number(new URL(agent.endpoints.urls.imds).port)
  return { stand, agent, port }
}

const target = '/metadata/identity/oauth2/token?api-version=2018-02-01&resource=x'
const metadata = ['Metadata', 'true'] as const

/** As a client sends it that takes the endpoint for its proxy. */
function throughProxy(port: number, url: string, headers: Record<string, string> = {}): Promise<number> {
  return new Promise((resolve, reject) => {
    const { host } = new URL(url)
    const sent = request({ host: '127.0.0.1', port, path: url, headers: { Host: host, Metadata: 'true', ...headers } })
    sent.on('response', (response) => resolve(response.resume().statusCode ?? 0)).on('error', reject)
    sent.end()
  })
}

describe('absolute-form targets, where they are allowed (SEC-108)', () => {
  it('lead to the metadata endpoint of the well-known address, under every other guard', async () => {
    const { port } = await ready({ absoluteForm: true })
    const ask = (url: string, headers?: Record<string, string>) => throughProxy(port, url, headers)
    expect(await ask(`http://169.254.169.254${target}`)).toBe(200)
    expect(await ask(`http://169.254.169.254:80${target}`)).toBe(200)
    expect(await ask(`http://169.254.169.254${target}`, { Via: '1.1 x' })).toBe(400)
    expect(await ask(`http://169.254.169.254${target}`, { Metadata: 'no' })).toBe(400)
    expect(await ask(`http://169.254.169.254${target}`, { Host: 'evil.test' })).toBe(400)
  })

  it.each([
    'http://example.test/',
    'http://169.254.169.254.evil.test/metadata/identity/oauth2/token',
    'http://169.254.169.254@evil.test/metadata/identity/oauth2/token',
    'https://169.254.169.254/metadata/identity/oauth2/token',
    'http://127.0.0.1/metadata/identity/oauth2/token',
    'http://169.254.169.254:8080/metadata/identity/oauth2/token',
  ])('lead nowhere else: %s', async (url) => {
    const { port } = await ready({ absoluteForm: true })
    expect(await throughProxy(port, url, { Host: '169.254.169.254' })).toBe(400)
  })

  it('are told to the server of the endpoint that takes them, so that people are warned', async () => {
    const { stand } = await ready({ absoluteForm: true })
    const reported = () => stand.server.reports.at(-1)?.endpoints?.filter(({ asProxy }) => asProxy)
    await until(() => reported() !== undefined)
    expect(reported()?.map(({ dialect }) => dialect)).toEqual(['imds'])
  })

  it('lead to no other dialect', async () => {
    const { agent, port } = await ready({ absoluteForm: true })
    const headers = { secret: agent.identityHeader.reveal(), 'X-IDENTITY-HEADER': agent.identityHeader.reveal() }
    expect(
      await throughProxy(port, 'http://169.254.169.254/msi/token?api-version=2019-08-01&resource=x', headers),
    ).toBe(404)
    expect(await throughProxy(port, 'http://169.254.169.254/oauth2/token?resource=x', headers)).toBe(404)
  })
})

describe('limits, where they are set (SEC-165, SEC-166)', () => {
  it('answer 429 with Retry-After over so many requests a second, and are no matter for a probe', async () => {
    const { agent } = await ready({ limits: { perSecond: 2, inFlight: undefined } })
    const ask = (headers: readonly (typeof metadata)[] = [metadata]) =>
      call(`${agent.endpoints.urls.imds}${target}`, headers)
    const answers = await Promise.all(Array.from({ length: 6 }, () => ask()))
    const refused = answers.filter(({ status }) => status === 429)
    expect(refused.length).toBeGreaterThanOrEqual(3)
    for (const { headers, json } of refused) {
      expect([Number(headers['retry-after']) >= 1, json['error']]).toEqual([true, 'too_many_requests'])
    }
    expect((await ask([])).status).toBe(400)
  })

  it('answer 429 while so many wait, and none afterwards', async () => {
    const { agent, stand } = await ready({ limits: { perSecond: undefined, inFlight: 1 } })
    const gate = Promise.withResolvers<void>()
    stand.authority.gate = gate.promise
    const ask = () => call(`${agent.endpoints.urls.imds}${target}`, [metadata])
    const waiting = ask()
    await until(() => stand.authority.calls.length === 1)
    expect((await ask()).status).toBe(429)
    gate.resolve()
    expect((await waiting).status).toBe(200)
    expect((await ask()).status).toBe(200)
  })

  it('fill up again with time, to no more than a second is worth', () => {
    const clock = new FakeClock()
    const limits = new LocalLimits({ perSecond: 20, inFlight: undefined }, clock)
    const admitted = () => {
      let count = 0
      try {
        for (;;) {
          limits.enter()()
          count += 1
        }
      } catch {
        return count
      }
    }
    expect(admitted()).toBe(20)
    clock.advance(100)
    expect(admitted()).toBe(2)
    clock.advance(60_000)
    expect(admitted()).toBe(20)
  })

  it('are none unless set: a burst of 200 is answered', async () => {
    const { agent } = await ready({})
    const answers = await Promise.all(
      Array.from({ length: 200 }, () => call(`${agent.endpoints.urls.imds}${target}`, [metadata])),
    )
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
  })
})

describe('ports and places', () => {
  it('that some clients know can be had besides: Azure Arc at its own', async () => {
    const arcPort = await freePort()
    await ready({ arcPort })
    const { status } = await call(`http://127.0.0.1:${arcPort}${target.replace('2018-02-01', '2020-06-01')}`, [
      metadata,
    ])
    expect(status).toBe(401)
  })

  it('that cannot be had leave a dialect unserved, and are no reason not to start', async () => {
    const { agent } = await ready({ arcFolder: '/etc/hosts/tokens', serviceFabricPort: undefined })
    expect([agent.endpoints.urls.arc, agent.endpoints.urls['service-fabric']]).toEqual([undefined, undefined])
    await until(() => (open?.server.reports.length ?? 0) > 0)
    expect(open?.server.reports.at(-1)?.endpoints?.map(({ dialect }) => dialect)).toEqual([
      'imds',
      'app-service',
      'app-service-2017',
      'machine-learning',
      'cloud-shell',
    ])
  })

  it('that another host or a container could reach are refused (SEC-94, SEC-102)', async () => {
    await expect(ready({ bind: '0.0.0.0' })).rejects.toThrow(/loopback/)
    const address = { address: wellKnownAddress, netmask: '', mac: '', cidr: null, family: 'IPv4' as const }
    expect(placeOfWellKnownAddress({ lo: [{ ...address, internal: true }] })).toBe('inside')
    expect(placeOfWellKnownAddress({ dummy0: [{ ...address, internal: false }] })).toBe('inside')
    expect(placeOfWellKnownAddress({ eth0: [{ ...address, internal: false }] })).toBe('outside')
    expect(placeOfWellKnownAddress({})).toBeUndefined()
  })
})

describe('a connection from another address than one of the loopback device (SEC-102)', () => {
  it.each([
    ['127.0.0.1', true],
    ['127.9.9.9', true],
    ['::1', true],
    ['::ffff:127.0.0.1', true],
    [wellKnownAddress, true],
    ['172.17.0.2', false],
    ['::ffff:172.17.0.2', false],
    ['fe80::1', false],
    ['', false],
  ])('is told by it: %s', (address, isOwn) => {
    expect(isOfThisMachine(address)).toBe(isOwn)
  })

  const outer = Object.values(networkInterfaces())
    .flatMap((addresses = []) => addresses)
    .find(({ family, internal }) => family === 'IPv4' && !internal)?.address

  it.skipIf(outer === undefined)('is closed without a word', async () => {
    const { agent } = await ready({})
    const { hostname, port } = new URL(agent.endpoints.urls.imds)
    const asked = new Promise<string>((resolve) => {
      const socket = connect({ host: hostname, port: Number(port), localAddress: outer ?? '' })
      let said = ''
      socket.on('connect', () =>
        socket.write(`GET ${target} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nMetadata: true\r\n\r\n`),
      )
      socket.on('data', (chunk) => {
        said += chunk.toString('latin1')
      })
      socket.on('error', () => undefined)
      socket.on('close', () => resolve(said))
    })
    expect(await asked).toBe('')
  })
})

const isRoot = process.getuid?.() === 0
const isTaken = placeOfWellKnownAddress(networkInterfaces()) !== undefined

it.skipIf(!isRoot || isTaken)(
  `the well-known address is put on the loopback device, answers IMDS alone, and is taken away again${isRoot ? '' : ' (skipped: not root)'}`,
  async () => {
    const { agent, stand } = await ready({ wellKnownAddress: true })
    const url = `http://${wellKnownAddress}`
    expect((await call(`${url}${target}`, [metadata])).status).toBe(200)
    expect((await call(`${url}/metadata/versions`, [metadata])).status).toBe(200)
    const secret = ['X-IDENTITY-HEADER', agent.identityHeader.reveal()] as const
    expect((await call(`${url}/msi/token?api-version=2019-08-01&resource=x`, [secret])).status).toBe(404)
    await agent.stop()
    expect(placeOfWellKnownAddress(networkInterfaces())).toBeUndefined()
    expect(stand.authority.calls).toHaveLength(1)
  },
)
