import { gzipSync } from 'node:zlib'
import type { Route } from '@signet/shared/api/contract'
import { Problem } from '@signet/shared/errors'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { adminRoutes } from '../../test/admin-contract.ts'
import { type Answer, type DashboardStand, openDashboard } from '../../test/dashboard-stand.ts'

/**
 * Everything an administrator's browser could be made to send, to every route of the contract: the answer is a success or
 * a problem document with a stable code, soon, and tells nothing of how the server is made (SEC-151, SEC-156).
 */
let stand: DashboardStand
/** A cursor that the server made, for a list that is not the one it is given to. */
let foreignCursor: string

beforeAll(async () => {
  stand = await openDashboard()
  for (const name of ['web-01', 'web-02', 'web-03']) {
    const body = JSON.stringify({ name })
    expect((await stand.send({ method: 'POST', path: '/api/instances', headers: stand.headers, body })).status).toBe(
      201,
    )
  }
  const page = await stand.send({ path: '/api/instances?limit=1', headers: stand.headers })
  foreignCursor = JSON.parse(page.text).nextCursor
  expect(foreignCursor).toBeTypeOf('string')
})

afterAll(() => stand.close())

const unknownGuid = '0b9e2b6c-1111-4222-8333-944455556666'

/** A parameter as its route takes it, of something that is not there. */
const plainParameters: Record<string, string> = {
  vaultName: 'no-such-vault',
  versionId: '0'.repeat(32),
  uti: 'A'.repeat(22),
}
const plainOf = (name: string) => plainParameters[name] ?? unknownGuid

const hostileText = [
  '',
  ' ',
  '.',
  '..',
  '0',
  '-1',
  'NaN',
  '1e309',
  '9'.repeat(400),
  'null',
  'undefined',
  '[object Object]',
  "' OR 1=1 --",
  '"; DROP TABLE operators; --',
  '%',
  '_',
  '\u0000',
  'a\u0000b',
  '\u202e\u200b',
  '\r\nSet-Cookie: x=1',
  '../../../../etc/passwd',
  '<script>alert(1)</script>',
  '{{7*7}}',
  '__proto__',
  'constructor',
  'ſtate',
  '💥'.repeat(50),
  'a'.repeat(3_000),
  unknownGuid,
  unknownGuid.toUpperCase(),
  `${unknownGuid}\n`,
]

/** What cannot be written by `encodeURIComponent`. */
const rawSegments = ['%', '%zz', '%ff', '%c0%af', '%00', '..%2f..', '%2e%2e', '%u0041', ';a=b', 'a%20b']

const hostileValues: unknown[] = [
  null,
  true,
  0,
  -1,
  1.5,
  2 ** 53,
  -1e308,
  '',
  '\u0000',
  '\ud800',
  'x'.repeat(20_000),
  "' OR 1=1 --",
  [],
  [[]],
  ['x'],
  {},
  { $ne: null },
  { toString: 'x', valueOf: 1 },
]

const hostileBodies: [string, string | Buffer, number[]][] = [
  ['nothing', '', [400]],
  ['null', 'null', [400]],
  ['a list', '[]', [400]],
  ['a text', '"x"', [400]],
  ['a number', '1e400', [400]],
  ['half an object', '{"a":', [400]],
  ['two objects', '{}{}', [400]],
  ['a foreign member', '{"isAdmin":true}', [400]],
  ['a prototype', '{"__proto__":{"role":"admin"}}', [400]],
  ['a double name', '{"code":"a","code":"b"}', [400]],
  ['deep nesting', `${'['.repeat(20_000)}${']'.repeat(20_000)}`, [400]],
  [
    'too many members',
    JSON.stringify(Object.fromEntries(Array.from({ length: 1_001 }, (_, n) => [`m${n}`, n]))),
    [400],
  ],
  ['too many bytes', `{"reason":"${'x'.repeat(70_000)}"}`, [413]],
  ['no UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), [400]],
  ['a byte order mark', '\ufeff{"x":1}', [400]],
  ['compressed bytes', gzipSync('{}'), [400]],
]

const pathOf = (route: Route, fill: (name: string) => string) =>
  `/api${route.path.replaceAll(/:(\w+)/g, (_, name: string) => fill(name))}`
const parametersOf = (route: Route) => [...route.path.matchAll(/:(\w+)/g)].map(([, name = '']) => name)
const changes = (route: Route) => route.method !== 'GET'

/** A success, or a refusal as documented. */
function expectHarmless(answer: Answer, what: string): void {
  expect(answer.status, what).toBeGreaterThanOrEqual(200)
  expect(answer.status, `${what}: ${answer.text}`).toBeLessThan(500)
  if (answer.status >= 400) expectProblem(answer, what)
  expect(answer.headers['cache-control'], what).toBe('no-store')
}

function expectProblem(answer: Answer, what: string): void {
  expect(answer.headers['content-type'], what).toBe('application/problem+json; charset=utf-8')
  const problem = Problem.parse(JSON.parse(answer.text))
  expect(problem.status, what).toBe(answer.status)
  expect(problem.requestId, what).toBe(answer.headers['x-request-id'])
  expect(problem.type, what).toBe(`urn:signet:problem:${problem.code}`)
  expect(answer.text, what).not.toMatch(/\bat \S+ \(|node_modules|node:|sqlite|kysely|zod|\bexpress\b|\.ts\b|\/tmp\//i)
}

function expectRefused(answer: Answer, statuses: readonly number[], what: string): void {
  expectHarmless(answer, what)
  expect(statuses, `${what}: ${answer.text}`).toContain(answer.status)
}

/** A guarantee that only some routes give; for the others there is nothing to run. */
const applies = (condition: boolean) => (condition ? it : () => undefined)

/** Sign-in and sign-out end or replace the session that the other requests of this file need. */
const keepsSession = (route: Route) => route.path !== '/session' || route.method === 'GET'

/** Any text may be looked up; one that names nothing leads nowhere. */
const takesAnyText = (route: Route) => route.path === '/resolve/:anything'

// Hundreds of requests each, on machines of any speed; an answer that does not come fails by itself.
describe.each(adminRoutes)('%s', { timeout: 120_000 }, (name, route) => {
  const headers = () => stand.headers
  const { method } = route
  const body = route.body ? '{}' : undefined
  const plain = pathOf(route, plainOf)

  applies(parametersOf(route).length > 0)('answers 4xx to any parameter that is not one of its own', async () => {
    for (const parameter of parametersOf(route)) {
      // An empty last segment is another address: slashes at the end are dropped.
      const segments = [...hostileText.filter(Boolean).map(encodeURIComponent), ...rawSegments]
      for (const segment of segments) {
        const path = pathOf(route, (one) => (one === parameter ? segment : plainOf(one)))
        const answer = await stand.send({ method, path, headers: headers(), ...(body !== undefined && { body }) })
        const statuses = [400, 404, 409, 405, 401, 403, ...(takesAnyText(route) ? [200] : [])]
        expectRefused(answer, statuses, `${name} with ${segment}`)
        if (answer.status === 200) expect(JSON.parse(answer.text)).toEqual({ items: [] })
      }
    }
  })

  applies(keepsSession(route))(
    'answers 400 to parameters of the query that it does not have, or has twice',
    async () => {
      for (const query of ['unknown=1', '__proto__=1', '=', 'limit=1&limit=2', 'a[b]=c', '%zz=%zz', 'constructor=1']) {
        const answer = await stand.send({
          method,
          path: `${plain}?${query}`,
          headers: headers(),
          ...(body && { body }),
        })
        expectRefused(answer, [400], `${name}?${query}`)
      }
    },
  )

  applies(route.query !== undefined)('survives anything in the query', async () => {
    for (const parameter of Object.keys(route.query?.shape ?? {})) {
      for (const value of [...hostileText.map(encodeURIComponent), ...rawSegments, '?', 'a?b=c', '#']) {
        const path = `${plain}?${parameter}=${value}`
        expectHarmless(await stand.send({ method, path, headers: headers() }), path)
      }
    }
  })

  applies('cursor' in (route.query?.shape ?? {}))('answers 400 to a cursor that it did not make', async () => {
    const flipped = foreignCursor.slice(0, -2) + (foreignCursor.endsWith('AA') ? 'BB' : 'AA')
    for (const cursor of [
      flipped,
      `${foreignCursor}x`,
      foreignCursor.slice(1),
      'x',
      'e30',
      Buffer.alloc(300).toString('base64url'),
    ]) {
      const answer = await stand.send({ path: `${plain}?cursor=${cursor}`, headers: headers() })
      expectRefused(answer, [400, 404], `${name} with the cursor ${cursor}`)
    }
    const answer = await stand.send({ path: `${plain}?cursor=${foreignCursor}`, headers: headers() })
    expectRefused(answer, route.path === '/instances' ? [200] : [400, 404], `${name} with the cursor of another list`)
  })

  applies(route.body !== undefined)('answers 4xx to any body that is not one of its own', async () => {
    for (const [what, hostile, statuses] of hostileBodies) {
      const answer = await stand.send({ method, path: plain, headers: headers(), body: hostile })
      expectRefused(answer, statuses, `${name} with ${what}`)
    }
    const compressed = await stand.send({
      method,
      path: plain,
      headers: [...headers(), ['Content-Encoding', 'gzip']],
      body: gzipSync('{}'),
    })
    expectRefused(compressed, [415], `${name} compressed`)
  })

  applies(route.body !== undefined)('survives any value in any member of its body', async () => {
    for (const member of Object.keys(route.body?.shape ?? {})) {
      for (const value of hostileValues) {
        const answer = await stand.send({
          method,
          path: plain,
          headers: headers(),
          body: JSON.stringify({ [member]: value }),
        })
        expectHarmless(answer, `${name} with ${member} = ${JSON.stringify(value).slice(0, 40)}`)
      }
    }
  })

  applies(route.body === undefined && keepsSession(route))(
    'answers 400 to a body it has no use for (SEC-151)',
    async () => {
      const answer = await stand.send({ method, path: plain, headers: headers(), body: '{"x":1}' })
      expectRefused(answer, [400], `${name} with a body`)
      const chunked = [...headers(), ['Transfer-Encoding', 'chunked'] as const]
      expectRefused(await stand.send({ method, path: plain, headers: chunked, body: 'x' }), [400], `${name}, chunked`)
    },
  )

  applies(changes(route))('is refused without any one of what proves that the page sent it (SEC-20)', async () => {
    for (const missing of ['Origin', 'Content-Type', 'Cookie', 'x-signet-csrf']) {
      if (route.access === 'public' && (missing === 'Cookie' || missing === 'x-signet-csrf')) continue
      const left = headers().filter(([one]) => one !== missing)
      const answer = await stand.send({ method, path: plain, headers: left, ...(body && { body }) })
      expectRefused(answer, [401, 403, 415], `${name} without ${missing}`)
    }
  })

  it('is refused with any header twice that decides who asks (SEC-157)', async () => {
    for (const doubled of [
      'Host',
      'Origin',
      'Content-Type',
      'Cookie',
      'Authorization',
      'x-signet-csrf',
      'Sec-Fetch-Site',
    ]) {
      const one = headers().find(([header]) => header === doubled) ?? ([doubled, 'localhost:7420'] as const)
      const others = headers().filter(([header]) => header !== doubled)
      const answer = await stand.send({ method, path: plain, headers: [...others, one, one], ...(body && { body }) })
      expectRefused(answer, [400], `${name} with two ${doubled}`)
    }
  })
})

describe('addresses that no route has', () => {
  it.each([
    '/api',
    '/api/',
    '/api/nothing',
    '/api/instances/x/y/z',
    '//api//nothing',
    '/api/../api/nothing',
    '/api/%2e%2e/etc/passwd',
    '/api/console/codes',
    '/api/console/deployment',
    `/api/${'a/'.repeat(2_000)}`,
    '/api/%',
    '/api/instances/%',
  ])('such as %s are a JSON 404 or 400 and never the page (SEC-160)', async (path) => {
    expectRefused(await stand.send({ path, headers: stand.headers }), [400, 404], path)
  })

  it.each(['OPTIONS', 'TRACE', 'PROPFIND', 'PATCH', 'QUERY'])('and the method %s are refused', async (method) => {
    expectRefused(await stand.send({ method, path: '/api/instances', headers: stand.headers }), [403, 404, 405], method)
  })

  it('on another host are not fetched: this is no proxy', async () => {
    const answer = await stand.send({ path: 'http://example.com/api/instances', headers: stand.headers })
    expectRefused(answer, [400], 'absolute form')
  })
})

describe('the transport', () => {
  it('refuses a target of more than 8 KiB and more than 64 headers (SEC-157)', async () => {
    expectRefused(
      await stand.send({ path: `/api/audit?actorId=${'x'.repeat(8_200)}`, headers: stand.headers }),
      [400],
      'long',
    )
    const fill = (count: number) => Array.from({ length: count }, (_, index) => [`X-Fill-${index}`, '1'] as const)
    const own = stand.headers.length + 2
    expect((await stand.send({ path: '/api/setup', headers: [...stand.headers, ...fill(64 - own)] })).status).toBe(200)
    expectRefused(await stand.send({ path: '/api/setup', headers: [...stand.headers, ...fill(65)] }), [400], 'many')
    expectRefused(
      await stand.send({ path: '/api/setup', headers: [...stand.headers, ...fill(200)] }),
      [400],
      'far too many',
    )
  })

  it('refuses a header block of more than 16 KiB (SEC-157)', async () => {
    const big = [['X-Big', 'x'.repeat(17_000)] as const]
    expectRefused(await stand.send({ path: '/api/setup', headers: big }), [400], 'big')
  })

  it('refuses expectations', async () => {
    expectRefused(await stand.send({ path: '/api/setup', headers: [['Expect', 'a miracle']] }), [400], 'Expect')
  })
})

it('logs no fault of its own after all of this, and no secret (SEC-156, SEC-170)', () => {
  const logged = stand.logged()
  expect(logged).not.toContain('request failed')
  for (const [name, value] of stand.headers) {
    if (name === 'Cookie' || name === 'x-signet-csrf') expect(logged).not.toContain(value)
  }
})
