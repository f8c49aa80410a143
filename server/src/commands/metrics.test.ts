import { randomBytes } from 'node:crypto'
import { chmodSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { text as textOf } from 'node:stream/consumers'
import { ExpiryKind } from '@signet/shared/api/overview'
import { minuteMs } from '@signet/shared/vocabulary/time'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { openAgentStand } from '../../test/agent-stand.ts'
import { type DashboardStand, openDashboard } from '../../test/dashboard-stand.ts'
import { given, temporaryFolder } from '../../test/stack.ts'
import { metricsTokenFrom } from '../metrics.ts'
import { readConfig } from '../platform/config.ts'
import { type Listener, listen } from '../platform/http/listener.ts'
import { openMetricsType } from '../platform/metrics.ts'
import { consoleSocket } from './console-client.ts'
import { consoleHandler } from './console-handler.ts'

const folder = temporaryFolder()
const tokenFile = join(folder, 'metrics-token')
const token = randomBytes(32).toString('hex')
let stand: DashboardStand
let services: Listener

beforeAll(async () => {
  writeTokenFile(token)
  stand = await openDashboard(undefined, {}, { SIGNET_METRICS_TOKEN_FILE: tokenFile })
  const handler = stand.server.authorityHandler
  services = await listen({ name: 'services', setting: 'none', bind: '127.0.0.1', port: 0, handler })
})
afterAll(async () => {
  await services.close(0)
  await stand.close()
  rmSync(folder, { recursive: true, force: true })
})

function writeTokenFile(content: string): void {
  rmSync(tokenFile, { force: true })
  writeFileSync(tokenFile, `${content}\n`)
  chmodSync(tokenFile, 0o400)
}

const get = (authorization?: string) =>
  stand.send({ path: '/metrics', headers: authorization === undefined ? [] : [['Authorization', authorization]] })

/** What a scraper reads, by name with labels. Refuses lines that are no OpenMetrics. */
async function scrape(): Promise<Map<string, number>> {
  const { status, headers, text } = await get(`Bearer ${token}`)
  expect([status, headers['content-type']]).toEqual([200, openMetricsType])
  const lines = text.split('\n')
  expect(lines.splice(-2)).toEqual(['# EOF', ''])
  const samples = new Map<string, number>()
  let family = ''
  for (const line of lines) {
    const [, type] = /^# TYPE ([a-z][a-z0-9_]*) (?:counter|gauge)$/.exec(line) ?? []
    if (type !== undefined) family = type
    if (line.startsWith('# ')) {
      expect(line).toMatch(new RegExp(`^# (TYPE|UNIT|HELP) ${family} `))
      continue
    }
    const label = '[a-z_]+="[^"\\\\\\n]*"'
    const sample = new RegExp(`^(${family}(?:_total)?(?:\\{${label}(?:,${label})*\\})?) (-?[0-9.e+-]+)$`).exec(line)
    expect(sample, line).not.toBeNull()
    expect(samples.has(given(sample?.[1]))).toBe(false)
    samples.set(given(sample?.[1]), Number(sample?.[2]))
  }
  return samples
}

async function post(path: string, body: unknown) {
  const answer = await stand.send({
    method: 'POST',
    path: `/api${path}`,
    headers: stand.headers,
    body: JSON.stringify(body),
  })
  expect(answer.status).toBe(201)
  return answer.text
}

const askToken = (form: Record<string, string>) =>
  fetch(`http://127.0.0.1:${services.port}/${stand.server.tenantId}/oauth2/v2.0/token`, {
    method: 'POST',
    body: new URLSearchParams(form),
  })

describe('the metrics', () => {
  it.each([
    ['nothing', undefined],
    ['another token', 'Bearer 0000000000000000000000000000000000000000000000000000000000000000'],
    ['the scheme of browsers', `Basic ${token}`],
  ])('are read by nobody who shows %s (SEC-174)', async (_what, authorization) => {
    const { status, headers, text } = await get(authorization)
    expect([status, headers['www-authenticate']]).toEqual([401, 'Bearer'])
    expect(text).not.toContain('signet_')
  })

  it('are not there for a session of the dashboard either, nor on a server without a token', async () => {
    const answer = await stand.send({ path: '/metrics', headers: stand.headers })
    expect(answer.status).toBe(401)
    const other = await openDashboard()
    expect((await other.send({ path: '/metrics', headers: [['Authorization', 'Bearer undefined']] })).status).toBe(404)
    await other.close()
  })

  it('have the end of every CA and of the signing key, and the nearest of each kind (SEC-53)', async () => {
    const samples = await scrape()
    for (const { id, scope, state, notAfter } of stand.server.authorities.list()) {
      const name = `signet_certificate_authority_expiry_seconds{id="${id}",scope="${scope}",state="${state}"}`
      expect(samples.get(name)).toBe(notAfter / 1_000)
    }
    const keys = [...samples].filter(([name]) => name.startsWith('signet_signing_key_expiry_seconds{kid='))
    expect(keys).toHaveLength(1)
    expect(samples.get('signet_nearest_expiry_seconds{kind="signing_key"}')).toBe(keys[0]?.[1])
    const left = given(samples.get('signet_nearest_expiry_life_left_ratio{kind="authority"}'))
    expect(left).toBeGreaterThan(0.99)
    for (const kind of ExpiryKind.options) {
      for (const stage of [50, 25, 10, 2]) {
        expect(samples.get(`signet_expiries_overdue{kind="${kind}",stage="${stage}"}`)).toBe(0)
      }
    }
  })

  it('count the tokens that were issued and those that were refused, by the code', async () => {
    const App = z.object({ principalId: z.string(), clientId: z.string() })
    const { principalId, clientId } = App.parse(JSON.parse(await post('/applications', { name: 'scraped' })))
    const made = await post(`/applications/${principalId}/secrets`, { description: 'one', lifetimeSeconds: 3_600 })
    const { value } = z.object({ value: z.string() }).parse(JSON.parse(made))
    const scope = 'https://vault.azure.net/.default'
    const form = { grant_type: 'client_credentials', client_id: clientId, client_secret: value, scope }
    for (const status of [200, 200]) expect((await askToken(form)).status).toBe(status)
    expect((await askToken({ ...form, client_secret: 'guessed' })).status).toBe(401)
    expect((await askToken({ ...form, scope: 'https://nobody.example/.default' })).status).toBe(400)
    const samples = await scrape()
    expect(samples.get('signet_tokens_issued_total{version="v2"}')).toBe(2)
    expect(samples.get('signet_tokens_refused_total{code="client_secret_wrong"}')).toBe(1)
    expect(samples.get('signet_tokens_refused_total{code="resource_unknown"}')).toBe(1)
    for (const secret of [value, 'scraped', clientId, principalId, token]) {
      expect([...samples.keys()].join('\n')).not.toContain(secret)
    }
  })

  it('have what waits, what rotates, the alerts, and how late the event loop is', async () => {
    const samples = await scrape()
    for (const queue of ['token_log', 'webhooks', 'bulk_jobs']) {
      expect(samples.get(`signet_queue_depth{queue="${queue}"}`)).toBe(0)
    }
    expect(samples.get('signet_rotations{state="requested"}')).toBe(0)
    expect(samples.get('signet_rotations_ended_total{state="completed"}')).toBe(0)
    expect(samples.get('signet_alerts{state="open"}')).toBeGreaterThanOrEqual(0)
    expect(samples.get('process_resident_memory_bytes')).toBeGreaterThan(2 ** 20)
    stand.clock.advance(minuteMs)
    await expect.poll(async () => (await scrape()).get('signet_event_loop_delay_p99_seconds')).toBeGreaterThan(0)
  })

  it('are on the console socket for whoever can open it, without a token', async () => {
    const handler = consoleHandler(stand.server, readConfig({ SIGNET_DATA_DIR: join(stand.folder, 'data') }))
    const console = await listen({ name: 'console', setting: 'none', bind: '127.0.0.1', port: 0, handler })
    const answer = await fetch(`http://127.0.0.1:${console.port}/metrics`)
    expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining('signet_tokens_issued')])
    await console.close(0)
  })

  it('take a token that was changed from the next scrape on', async () => {
    const next = randomBytes(32).toString('hex')
    writeTokenFile(next)
    expect((await get(`Bearer ${token}`)).status).toBe(401)
    expect((await get(`Bearer ${next}`)).status).toBe(200)
    rmSync(tokenFile)
    expect((await get(`Bearer ${next}`)).status).toBe(503)
    writeTokenFile(token)
  })

  it('let no server start with a token that is short, or that others can read', () => {
    const file = join(folder, 'short')
    writeFileSync(file, 'secret')
    expect(() => metricsTokenFrom(file)).toThrow('chmod 0400')
    chmodSync(file, 0o400)
    expect(() => metricsTokenFrom(file)).toThrow('openssl rand -hex 32')
  })
})

describe('the metrics of a server with an agent', () => {
  it('have the certificates of its listeners, its agents and their identities, as the console socket tells them', async () => {
    const running = await openAgentStand()
    const scraped = () =>
      new Promise<string>((resolve, reject) => {
        const socketPath = consoleSocket(running.config.dataDir)
        const sent = request({ socketPath, path: '/metrics' }, (answer) => textOf(answer).then(resolve, reject))
        sent.once('error', reject).end()
      })
    await expect.poll(scraped, { timeout: 20_000 }).toContain('signet_nearest_expiry_seconds{kind="identity"}')
    const text = await scraped()
    for (const listener of ['agents', 'services']) {
      expect(text).toMatch(
        new RegExp(`signet_tls_certificate_expiry_seconds\\{listener="${listener}",issuer="signet"\\} \\d`),
      )
    }
    expect(text).toContain('signet_agents{state="connected"} 1\n')
    expect(text).toContain('signet_nearest_expiry_seconds{kind="agent_certificate"}')
    expect(text).not.toContain('web-01')
    await running.close()
  }, 60_000)
})
