import { mkdirSync, writeFileSync } from 'node:fs'
import { get, type IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { Problem } from '@signet/shared/errors'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { adminRoutes } from '../../test/admin-contract.ts'
import { type Answer, type DashboardStand, openDashboard } from '../../test/dashboard-stand.ts'
import { contextOf, temporaryFolder } from '../../test/stack.ts'

let stand: DashboardStand

beforeAll(async () => {
  const page = temporaryFolder()
  mkdirSync(join(page, 'assets'))
  writeFileSync(join(page, 'index.html'), '<!doctype html><title>the page</title>')
  writeFileSync(join(page, 'assets', 'app-1a2b.js'), 'export {}')
  writeFileSync(join(page, 'assets', 'app-1a2b.css'), ':root {}')
  stand = await openDashboard(page)
})

afterAll(() => stand.close())

/** Of every answer, whoever asks for what (SEC-161, SEC-162). */
const everywhere = {
  'content-security-policy':
    "default-src 'none';script-src 'self';style-src 'self';img-src 'self' data:;font-src 'self';connect-src 'self';" +
    "form-action 'self';base-uri 'none';frame-ancestors 'none';object-src 'none';require-trusted-types-for 'script';" +
    'report-uri /api/csp-violations',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
}

function expectHeaders(answer: Answer): void {
  expect(answer.headers).toMatchObject(everywhere)
  expect(answer.headers['permissions-policy']).toMatch(/camera=\(\)/)
  expect(answer.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/)
  if (answer.status !== 204) expect(answer.headers['content-type']).toMatch(/; ?charset=utf-8$/)
  for (const absent of ['x-powered-by', 'server', 'access-control-allow-origin', 'strict-transport-security']) {
    expect(answer.headers).not.toHaveProperty(absent)
  }
}

describe('every answer of the dashboard', () => {
  it.each(adminRoutes)(
    'to %s has the same headers and is stored by nobody (SEC-161, SEC-162, SEC-164)',
    async (_name, route) => {
      const path = `/api${route.path.replaceAll(/:\w+/g, 'x')}`
      for (const headers of [stand.headers.filter(([name]) => name !== 'x-signet-csrf'), []]) {
        const answer = await stand.send({ method: route.method, path, headers })
        expectHeaders(answer)
        expect(answer.headers['cache-control']).toBe('no-store')
      }
    },
  )

  it.each([
    ['/', 200],
    ['/instances/anything', 200],
    ['/sign-in', 200],
    ['/assets/app-1a2b.js', 200],
    ['/assets/app-1a2b.css', 200],
    ['/assets/none.js', 404],
    ['/go/https://acme.vault.signet.example/', 200],
    ['/go/https://acme.vault.signet.example', 200],
    ['/favicon.ico', 404],
    ['/.env', 404],
    ['/assets/../../package.json', 404],
    ['/%2e%2e/%2e%2e/package.json', 404],
    ['/api/none', 404],
    ['/%', 200],
  ])('to %s has them too, with the status %i', async (path, status) => {
    const answer = await stand.send({ path })
    expect(answer.status).toBe(status)
    expectHeaders(answer)
  })

  it('carries the caller’s request ID when it is a GUID, and nothing else of the caller’s (SEC-81, SEC-156)', async () => {
    const id = 'A3F0B6C2-1111-4222-8333-944455556666'
    const own = await stand.send({ path: '/api/none', headers: [['X-Request-Id', id]] })
    expect(own.headers['x-request-id']).toBe(id.toLowerCase())
    expect(Problem.parse(JSON.parse(own.text)).requestId).toBe(id.toLowerCase())
    const foreign = await stand.send({ path: '/api/none<script>?a=<script>', headers: [['X-Request-Id', '<script>']] })
    expect(JSON.stringify(foreign)).not.toContain('script>')
  })
})

describe('the page', () => {
  it('is checked for news each time, its assets never (SEC-164)', async () => {
    expect((await stand.send({ path: '/' })).headers['cache-control']).toBe('no-cache')
    expect((await stand.send({ path: '/assets/app-1a2b.js' })).headers['cache-control']).toMatch(/immutable/)
  })

  it('is not written to and not read in parts', async () => {
    const post = await stand.send({ method: 'POST', path: '/', headers: stand.headers, body: '{}' })
    expect(post.status).toBe(405)
    for (const range of ['bytes=5-2', 'bytes=0-1', 'bytes=99999-', 'bytes=-1', 'x']) {
      const answer = await stand.send({ path: '/assets/app-1a2b.js', headers: [['Range', range]] })
      expect([answer.status, answer.text]).toEqual([200, 'export {}'])
    }
  })

  it('is answered in time, whatever its path is made of (SEC-155)', async () => {
    for (const path of [`/${'a.'.repeat(2_000)}!`, `/${'a.a'.repeat(1_000)}%`, `/${'-'.repeat(8_000)}`]) {
      expect((await stand.send({ path })).status).toBeLessThan(500)
    }
  })

  it('that was not built says how to build it', async () => {
    const bare = await openDashboard(join(stand.folder, 'nothing'))
    const answer = await bare.send({ path: '/' })
    await bare.close()
    expect(answer.status).toBe(503)
    expect(answer.text).toContain('build')
  })
})

describe('reports of policy violations', () => {
  const report = (blocked: string) =>
    JSON.stringify({
      'csp-report': {
        'document-uri': 'http://localhost:7420/sign-in?code=secret#code=secret',
        'effective-directive': 'script-src',
        'blocked-uri': blocked,
      },
    })
  const type: [string, string] = ['Content-Type', 'application/csp-report']
  const send = (body: string, header = type) =>
    stand.send({ method: 'POST', path: '/api/csp-violations', headers: [header], body })

  it('are taken from anybody and logged without queries and codes (SEC-162, SEC-170)', async () => {
    expect((await send(report('https://evil.example/x.js?token=secret'))).status).toBe(204)
    expect(stand.logged()).toContain('https://evil.example/x.js')
    expect(stand.logged()).not.toContain('secret')
  })

  it('are logged ten times a second at most (SEC-173)', async () => {
    for (let index = 0; index < 40; index += 1) await send(report('https://flood.example/'))
    expect(stand.logged().split('https://flood.example/').length - 1).toBeLessThanOrEqual(10)
  })

  it.each([
    ['no JSON', 'x', type, 400],
    ['another shape', '{"csp-report":[]}', type, 400],
    ['too much', report('x'.repeat(20_000)), type, 413],
    ['another type', report('x'), ['Content-Type', 'application/json'] as [string, string], 415],
  ])('of %s are refused', async (_what, body, header, status) => {
    expect((await send(body, header)).status).toBe(status)
  })
})

describe('the session cookie', () => {
  it('has the __Host- prefix and all that goes with it (SEC-16)', () => {
    const [cookie = ''] = stand.signedInAnswer.headers['set-cookie'] ?? []
    expect(cookie).toMatch(
      /^__Host-signet=[A-Za-z0-9_-]{43}; Secure; HttpOnly; SameSite=Strict; Path=\/; Max-Age=43200$/,
    )
  })

  it('is plain for Safari alone, which drops the other on http://localhost (SEC-16)', async () => {
    const agents = {
      'Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Safari/605.1.15': /^signet-local=/,
      'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36':
        /^__Host-signet=/,
    }
    for (const [agent, expected] of Object.entries(agents)) {
      const answer = await signIn([['User-Agent', agent]])
      expect(answer.headers['set-cookie']?.[0]).toMatch(expected)
      expect(answer.headers['set-cookie']?.[0]).toContain('HttpOnly; SameSite=Strict; Path=/')
    }
  })
})

describe('sign-out', () => {
  it('ends the session on the server, its cookie, what the browser stored and its open stream (SEC-18, SEC-164)', async () => {
    const session = sessionOf(await signIn())
    const stream = await openStream(session)
    await changeSomething()
    expect(await stream.next(/event: change/)).toContain('"kind"')
    const answer = await stand.send({ method: 'DELETE', path: '/api/session', headers: session })
    expect(answer.status).toBe(204)
    expect(answer.headers['clear-site-data']).toBe('"cache", "cookies", "storage"')
    expect(answer.headers['set-cookie']?.[0]).toMatch(
      /^__Host-signet=; Secure; HttpOnly; SameSite=Strict; Path=\/; Max-Age=0$/,
    )
    const later = await stand.send({ path: '/api/session', headers: session })
    expect([later.status, JSON.parse(later.text)]).toEqual([200, null])
    const refused = await stand.send({ path: '/api/instances', headers: session })
    expect([refused.status, Problem.parse(JSON.parse(refused.text)).code]).toEqual([401, 'unauthenticated'])
    await changeSomething()
    await stream.ended
  })
})

describe('the stream of changes', () => {
  it('is for somebody who is signed in', async () => {
    const answer = await stand.send({ path: '/api/events' })
    expect([answer.status, Problem.parse(JSON.parse(answer.text)).code]).toEqual([401, 'unauthenticated'])
  })

  it('has the headers of every other answer and begins with where things stand', async () => {
    const stream = await openStream(stand.headers)
    expect(await stream.next(/event: hello/)).toMatch(/data: \{"seq":\d+\}/)
    expect(stream.headers).toMatchObject({ ...everywhere, 'cache-control': 'no-store' })
    expect(stream.headers['content-type']).toBe('text/event-stream; charset=utf-8')
    stream.close()
  })
})

describe('too many wrong codes', () => {
  it('are 429 with the seconds to wait (SEC-166)', async () => {
    let answer: Answer | undefined
    for (let index = 0; index < 6; index += 1) answer = await signIn([], 'x'.repeat(20))
    expect(answer?.status).toBe(429)
    expect(Number(answer?.headers['retry-after'])).toBeGreaterThan(0)
    expect(Problem.parse(JSON.parse(answer?.text ?? '')).code).toBe('too_many_requests')
  })
})

async function signIn(more: [string, string][] = [], given?: string): Promise<Answer> {
  const code = given ?? (await stand.server.operators.issueCode(contextOf('console', 'console'))).code.reveal()
  const headers: [string, string][] = [['Origin', stand.origin], ['Content-Type', 'application/json'], ...more]
  return stand.send({ method: 'POST', path: '/api/session', headers, body: JSON.stringify({ code }) })
}

function sessionOf(answer: Answer): [string, string][] {
  const cookie = answer.headers['set-cookie']?.[0]?.split(';')[0] ?? ''
  const others = stand.headers.filter(([name]) => name !== 'Cookie' && name !== 'x-signet-csrf')
  return [...others, ['Cookie', cookie], ['x-signet-csrf', JSON.parse(answer.text).csrfToken]]
}

async function changeSomething(): Promise<void> {
  await stand.server.operators.issueCode(contextOf('console', 'console'))
}

/** The event stream of a session, read as text. */
async function openStream(headers: readonly [string, string][]) {
  const flat = Object.fromEntries(headers.filter(([name]) => name === 'Cookie'))
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get({ host: '127.0.0.1', port: stand.port, path: '/api/events', headers: flat, agent: false }, resolve).on(
      'error',
      reject,
    )
  })
  let text = ''
  let wake: () => void = () => undefined
  response.on('data', (chunk: Buffer) => {
    text += chunk.toString('utf8')
    wake()
  })
  return {
    headers: response.headers,
    ended: new Promise<void>((resolve) => response.on('end', resolve)),
    close: () => response.destroy(),
    next: async (pattern: RegExp): Promise<string> => {
      while (!pattern.test(text)) {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
      return text
    },
  }
}
