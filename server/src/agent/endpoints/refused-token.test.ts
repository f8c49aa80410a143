import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { request } from 'node:https'
import { secondMs } from '@signet/shared/vocabulary/time'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FakeClock } from '../../platform/clock.ts'
import type { RunningAgent } from '../agent.ts'
import { call, readyAgent, type TestStand } from '../testing/test-stand.ts'

/** A service refused a token, and the client asks for another by naming it, in every dialect that there is (SEC-107). */
let stand: TestStand
let agent: RunningAgent
const clock = new FakeClock(Date.now())
beforeAll(async () => {
  ;({ stand, agent } = await readyAgent({ clock }))
})
afterAll(() => stand[Symbol.asyncDispose]())

type Dialect = keyof RunningAgent['endpoints']['urls']
type Ask = (query: string) => Promise<{ status: number; json: Record<string, unknown> }>

const metadata = ['Metadata', 'true'] as const
const get = (dialect: Dialect, query: string, ...headers: (readonly [string, string])[]) =>
  call(`${agent.endpoints.urls[dialect]}?${query}`, headers)
const secret = () => agent.identityHeader.reveal()

/** Over TLS, which Service Fabric alone is served by. */
function getFabric(query: string): ReturnType<Ask> {
  const url = new URL(`${agent.endpoints.urls['service-fabric']}?${query}`)
  const ca = readFileSync(agent.endpoints.certificate?.caFile ?? '')
  return new Promise((resolve, reject) => {
    const sent = request(url, { ca, agent: false, headers: { secret: secret() } }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, json: JSON.parse(text) }))
    })
    sent.on('error', reject)
    sent.end()
  })
}

const dialects: readonly [string, string, Ask][] = [
  ['imds', 'api-version=2018-02-01&', (query) => call(`${agent.endpoints.urls.imds}${imdsPath}?${query}`, [metadata])],
  ['app-service', 'api-version=2019-08-01&', (query) => get('app-service', query, ['X-IDENTITY-HEADER', secret()])],
  ['app-service-2017', 'api-version=2017-09-01&', (query) => get('app-service-2017', query, ['secret', secret()])],
  ['machine-learning', 'api-version=2017-09-01&', (query) => get('machine-learning', query, ['secret', secret()])],
  ['cloud-shell', '', (query) => get('cloud-shell', query, metadata)],
  ['service-fabric', 'api-version=2019-07-01-preview&', getFabric],
  [
    'arc',
    'api-version=2020-06-01&',
    async (query) => {
      const { headers } = await get('arc', query, metadata)
      const [, file = ''] = /^Basic realm=([^="]+)$/.exec(String(headers['www-authenticate'])) ?? []
      return get('arc', query, metadata, ['Authorization', `Basic ${readFileSync(file, 'utf8')}`])
    },
  ],
]
const imdsPath = '/metadata/identity/oauth2/token'

describe.each(dialects)('at %s a client', (dialect, version, ask) => {
  // The cache is one for all dialects: each has a resource of its own here.
  const query = `${version}resource=https%3A%2F%2F${dialect}.test`
  const tokenOf = async (more = ''): Promise<string> => {
    const { status, json } = await ask(query + more)
    expect(status).toBe(200)
    return String(json['access_token'])
  }
  const naming = (token: string) =>
    `&xms_cc=CP1&token_sha256_to_refresh=${createHash('sha256').update(token).digest('hex')}`

  it('that names the token it was refused with gets another one, once in thirty seconds', async () => {
    const first = await tokenOf()
    const second = await tokenOf(naming(first))
    expect(second).not.toBe(first)
    expect([await tokenOf(naming(first)), await tokenOf()]).toEqual([second, second])
    const third = await tokenOf(naming(second))
    expect(third).not.toBe(second)
    expect(await tokenOf(naming(second))).toBe(third)
    clock.advance(30 * secondMs)
    expect(await tokenOf(naming(second))).toBe(third)
  })

  it('that names another token, or says only what it understands, gets the cached one', async () => {
    const cached = await tokenOf()
    for (const more of [
      '&xms_cc=CP1',
      naming('another'),
      '&token_sha256_to_refresh=',
      naming(cached).toUpperCase().slice(0, 9),
    ]) {
      expect(await tokenOf(more), more).toBe(cached)
    }
  })
})
