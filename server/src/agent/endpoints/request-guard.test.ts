import { connect } from 'node:net'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RunningAgent } from '../agent.ts'
import { call, readyAgent, type TestStand } from '../testing/test-stand.ts'

let stand: TestStand
let agent: RunningAgent
beforeAll(async () => {
  ;({ stand, agent } = await readyAgent())
})
afterAll(() => stand[Symbol.asyncDispose]())

const target = '/metadata/identity/oauth2/token?api-version=2018-02-01&resource=x'
type Headers = readonly (readonly [string, string])[]
const get = (headers: Headers, options: Parameters<typeof call>[2] = {}) =>
  call(`${agent.endpoints.urls.imds}${target}`, [['Metadata', 'true'], ...headers], options)

const port = () => Number(new URL(agent.endpoints.urls.imds).port)

/** Bytes as they are, answer as it is, until the other side closes. */
function raw(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port(), '127.0.0.1', () => socket.write(text))
    let answer = ''
    socket.on('data', (chunk) => {
      answer += chunk.toString('latin1')
    })
    socket.on('close', () => resolve(answer))
    socket.on('error', reject)
    socket.setTimeout(2_000, () => socket.destroy())
  })
}

describe('whoever is not a workload on this machine is refused (SEC-96)', () => {
  it.each([
    ['X-Forwarded-For', '1.2.3.4'],
    ['X-Forwarded-Host', 'x'],
    ['X-Forwarded-Anything', 'x'],
    ['x-forwarded', 'x'],
    ['Forwarded', 'for=1.2.3.4'],
    ['Via', '1.1 proxy'],
    ['X-Real-IP', '1.2.3.4'],
    ['Origin', 'http://localhost'],
    ['Origin', 'null'],
    ['Referer', 'http://x/'],
    ['Sec-Fetch-Site', 'none'],
    ['Sec-Fetch-Site', 'same-origin'],
    ['Sec-Fetch-Mode', 'navigate'],
    ['Sec-Fetch-Mode', 'Navigate'],
  ])('400 for %s: %s', async (name, value) => {
    expect((await get([[name, value]])).status).toBe(400)
  })

  it("lets Node's own fetch through, which sends Sec-Fetch-Mode: cors", async () => {
    expect((await get([['Sec-Fetch-Mode', 'cors']])).status).toBe(200)
    const answer = await fetch(`${agent.endpoints.urls.imds}${target}`, { headers: { Metadata: 'true' } })
    expect(answer.status).toBe(200)
  })

  it('finds a forbidden header behind more headers than the HTTP layer keeps', async () => {
    const many = Array.from({ length: 80 }, (_, index) => [`X-Filler-${index}`, 'x'] as const)
    expect((await get([...many, ['X-Forwarded-For', '1.2.3.4']])).status).toBe(400)
    expect((await get([...many.slice(0, 40), ['X-Forwarded-For', '1.2.3.4']])).status).toBe(400)
    expect((await get(many.slice(0, 40))).status).toBe(200)
  })

  it.each(['evil.test', 'evil.test:80', '127.0.0.1', 'localhost', '169.254.169.254:81', '127.0.0.1:1', ''])(
    '400 for Host: %s',
    async (host) => {
      expect((await get([['Host', host]])).status).toBe(400)
    },
  )

  it('answers to the address, to localhost and to the well-known address', async () => {
    for (const host of [`127.0.0.1:${port()}`, `LocalHost:${port()}`, '169.254.169.254']) {
      expect((await get([['Host', host]])).status).toBe(200)
    }
  })

  it('400 for two Host headers, from the raw list (SEC-98)', async () => {
    const own = `127.0.0.1:${port()}`
    const answer = await raw(
      `GET ${target} HTTP/1.1\r\nHost: ${own}\r\nHost: ${own}\r\nMetadata: true\r\nConnection: close\r\n\r\n`,
    )
    expect(answer).toMatch(/^HTTP\/1\.1 400 /)
  })
})

describe('the endpoint is not a proxy (SEC-108)', () => {
  const own = () => `Host: 127.0.0.1:${port()}\r\nMetadata: true\r\nConnection: close\r\n`

  it('400 for an absolute-form target', async () => {
    expect(await raw(`GET http://169.254.169.254${target} HTTP/1.1\r\n${own()}\r\n`)).toMatch(/^HTTP\/1\.1 400 /)
  })

  it('gives CONNECT nothing', async () => {
    expect(await raw(`CONNECT example.test:443 HTTP/1.1\r\n${own()}\r\n`)).not.toMatch(/^HTTP\/1\.1 2/)
  })

  it('400 for an upgrade', async () => {
    const upgrade = `Host: 127.0.0.1:${port()}\r\nMetadata: true\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n`
    expect(await raw(`GET ${target} HTTP/1.1\r\n${upgrade}\r\n`)).toMatch(/^HTTP\/1\.1 400 /)
  })

  it('ignores a small body, refuses one over 1 KiB or of unknown length', async () => {
    expect((await get([['Content-Length', '9']], { body: 'x=1&y=2&z' })).status).toBe(200)
    expect(await raw(`GET ${target} HTTP/1.1\r\n${own()}Content-Length: 1025\r\n\r\n`)).toMatch(/^HTTP\/1\.1 400 /)
    const chunked = await raw(`GET ${target} HTTP/1.1\r\n${own()}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`)
    expect(chunked).toMatch(/^HTTP\/1\.1 400 /)
  })

  it('400 JSON for a target over 8 KiB and for bytes that are no HTTP', async () => {
    expect((await get([], { path: `${target}&x=${'y'.repeat(8_200)}` })).status).toBe(400)
    expect(await raw('NONSENSE\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 .*\{"error":"invalid_request"/s)
  })
})

it('never fails or hangs on anything a caller sends (SEC-106, SEC-156)', async () => {
  const word = fc.string({ minLength: 1, maxLength: 30, unit: 'binary' }).map(encodeURIComponent)
  const name = fc.constantFrom(
    'api-version',
    'resource',
    'client_id',
    'object_id',
    'msi_res_id',
    'bypass_cache',
    'x',
    '%',
    '',
  )
  const query = fc.array(fc.tuple(name, fc.oneof(word, fc.constantFrom('2018-02-01', 'https://x', '%zz', ''))), {
    maxLength: 6,
  })
  const header = fc.tuple(
    fc.constantFrom(
      'Metadata',
      'X-IDENTITY-HEADER',
      'Secret',
      'Authorization',
      'Content-Type',
      'X-Forwarded-For',
      'Origin',
      'client-request-id',
      'Accept',
      'Content-Length',
    ),
    fc.constantFrom(
      'true',
      'True',
      '',
      'x',
      '0',
      '2000',
      'Basic x',
      'application/x-www-form-urlencoded',
      '8d1c6b5c-6d9a-4d57-8a50-0d3c9a9f3f55',
    ),
  )
  const path = fc.constantFrom(
    '/metadata/identity/oauth2/token',
    '/msi/token',
    '//msi//token/',
    '/metadata/identity/info',
    '/metadata/instance/compute/name',
    '/metadata/versions',
    '/ml/token',
    '/oauth2/token',
    '/arc/oauth2/token',
    '/',
    '/%2e',
  )
  const method = fc.constantFrom('GET', 'GET', 'GET', 'POST', 'OPTIONS', 'HEAD')
  await fc.assert(
    fc.asyncProperty(path, query, fc.array(header, { maxLength: 4 }), method, async (at, pairs, headers, verb) => {
      const text = pairs.map(([key, value]) => `${key}=${value}`).join('&')
      const lines = headers.map(([key, value]) => `${key}: ${value}\r\n`).join('')
      const answer = await raw(
        `${verb} ${at}?${text} HTTP/1.1\r\nHost: localhost:${port()}\r\nConnection: close\r\n${lines}\r\n`,
      )
      const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1])
      expect(status).toBeGreaterThanOrEqual(200)
      expect(status).toBeLessThan(500)
    }),
    { numRuns: 300 },
  )
}, 60_000)
