import { gzipSync } from 'node:zlib'
import type { ObjectId } from '@signet/shared/vocabulary/identifiers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ArmStand, openArm } from '../../test/arm-stand.ts'

/** What nobody should send, to every route there is: the answer is an error in the documented form, and never our fault (SEC-156). */
let arm: ArmStand
let owner: ObjectId

beforeAll(async () => {
  arm = await openArm()
  owner = await arm.caller('Owner')
})
afterAll(() => arm.close())

/** A path of each route, with what is given in the place of its last name. */
function pathOf(path: string, name = 'x1'): string {
  const filled = path
    .replace('{scope}', arm.subscription)
    .replace('{sub}', arm.stack.defaults.subscriptionId)
    .replace('{group}', 'default')
  const last = filled.lastIndexOf('{')
  const withLast =
    last === -1 ? filled : `${filled.slice(0, last)}${name}${filled.slice(filled.indexOf('}', last) + 1)}`
  return withLast.replaceAll(/\{\w+\}/g, 'x1')
}

interface Reply {
  readonly status: number
  readonly text: string
  readonly headers: Headers
}

function expectDocumented({ status, text, headers }: Reply, what: string): void {
  expect(status, `${what}: ${text}`).toBeLessThan(500)
  expect(headers.get('x-ms-request-id'), what).toMatch(/^[\da-f-]{36}$/)
  if (status < 400 || text === '') return
  expect(text, what).not.toMatch(/node_modules|\.ts:|at async|SQLITE|better-sqlite3/i)
  expect(Object.keys(JSON.parse(text)), what).toEqual(['error'])
  const { error } = JSON.parse(text)
  expect(error.code, what).toMatch(/^[A-Za-z_]+$/)
  expect(error.message.length, what).toBeGreaterThan(0)
}

const routes = () => arm.routes.map((route) => ({ ...route, label: `${route.method} ${route.path}` }))
const takesBody = ({ method, bodiless }: { method: string; bodiless?: true }) =>
  ['PUT', 'PATCH', 'POST'].includes(method) && !bodiless

const bodies: [string, string | Uint8Array<ArrayBuffer>, Record<string, string>][] = [
  ['nothing', '', {}],
  ['null', 'null', {}],
  ['a list', '[]', {}],
  ['a text', '"x"', {}],
  ['half an object', '{"a":', {}],
  ['a prototype', '{"__proto__":{"a":1}}', {}],
  ['a prototype further down', '{"properties":{"__proto__":{"a":1}}}', {}],
  ['a double name', '{"location":"a","location":"b"}', {}],
  ['deep nesting', `${'{"a":'.repeat(100)}1${'}'.repeat(100)}`, {}],
  ['too many bytes', `{"location":"${'x'.repeat(70_000)}"}`, {}],
  ['no UTF-8', Uint8Array.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), {}],
  ['compressed bytes', Uint8Array.from(gzipSync('{}')), { 'content-encoding': 'gzip' }],
  ['a form', 'a=b', { 'content-type': 'application/x-www-form-urlencoded' }],
  ['no type', '{}', { 'content-type': '' }],
]

const wrong = [null, 0, '', 'x'.repeat(3_000), [], {}, { $ne: null }]
const members = ['location', 'tags', 'identity', 'properties', 'kind']
const inside = [
  'principalId',
  'roleDefinitionId',
  'issuer',
  'audiences',
  'permissions',
  'assignableScopes',
  'osProfile',
]

describe('every route', () => {
  it('is refused without a token, before anything else is looked at', async () => {
    for (const { method, path, label } of routes()) {
      const reply = await arm.ask(null, method, pathOf(path), { raw: true })
      expect(reply.status, label).toBe(401)
      expectDocumented(reply, label)
    }
  })

  it('is refused to whoever has no role, but for what is everybody’s', async () => {
    const stranger = await arm.caller()
    for (const { method, path, label, right } of routes()) {
      const reply = await arm.ask(stranger, method, pathOf(path))
      expectDocumented(reply, label)
      if (right) expect(reply.status, label).toBe(403)
    }
  })

  it('wants a version that is one', async () => {
    for (const { method, path, label } of routes()) {
      for (const [query, code] of [
        ['', 'MissingApiVersionParameter'],
        ['?api-version=', 'MissingApiVersionParameter'],
        ['?api-version=latest', 'InvalidApiVersionParameter'],
        ['?api-version=2024-11-30-x', 'InvalidApiVersionParameter'],
      ]) {
        const reply = await arm.ask(owner, method, `${pathOf(path)}${query}`, { raw: true })
        expect(reply.status, label).toBe(400)
        if (method !== 'HEAD') expect(reply.body.error.code, label).toBe(code)
      }
      const twice = await arm.ask(owner, method, `${pathOf(path)}?api-version=2024-11-30&API-VERSION=2024-11-30`, {
        raw: true,
      })
      expect(twice.status, label).toBe(400)
    }
  })

  it('takes no other method than its own', async () => {
    for (const path of new Set(arm.routes.map((route) => route.path))) {
      for (const method of ['GET', 'PUT', 'PATCH', 'POST', 'DELETE', 'OPTIONS']) {
        if (arm.routes.some((route) => route.path === path && route.method === method)) continue
        const reply = await arm.ask(owner, method, pathOf(path))
        expectDocumented(reply, `${method} ${path}`)
        expect(reply.status, `${method} ${path}`).toBe(405)
      }
    }
  })

  it('refuses a body that is no acceptable object (SEC-152, SEC-153)', async () => {
    for (const { method, path, label, ...route } of routes()) {
      if (!takesBody({ method, ...route })) continue
      for (const [what, body, headers] of bodies) {
        const response = await fetch(`${arm.base}${pathOf(path)}?api-version=2024-11-30`, {
          ...{ method, body },
          headers: { authorization: `Bearer ${owner}`, 'content-type': 'application/json', ...headers },
        })
        const reply = { status: response.status, headers: response.headers, text: await response.text() }
        expectDocumented(reply, `${label}: ${what}`)
        expect([400, 413, 415], `${label}: ${what}`).toContain(reply.status)
      }
    }
  })

  it('answers members of every wrong type in its own words', async () => {
    for (const { method, path, label, ...route } of routes()) {
      if (!takesBody({ method, ...route })) continue
      const tried = wrong.flatMap((value) => [
        ...members.map((name) => ({ location: 'local', [name]: value })),
        { location: 'local', properties: Object.fromEntries(inside.map((name) => [name, value])) },
      ])
      const replies = await Promise.all(tried.map((body) => arm.ask(owner, method, pathOf(path), { body })))
      for (const [index, reply] of replies.entries()) {
        expectDocumented(reply, `${label}: ${JSON.stringify(tried[index]).slice(0, 80)}`)
      }
    }
  }, 60_000)

  it('answers hostile names, encoded separators and dot segments (SEC-117)', async () => {
    const names = ['%2e%2e', '%2E', '..%2f..', 'a%2fb', 'a%5cb', '%00', '%zz', '%ff', '%c0%af', 'x%20y', '%E2%80%AE']
    const more = ['__proto__', 'constructor', "'%20OR%201=1--", 'a'.repeat(300), '%3Cscript%3E', ';a=b', '*', '%25']
    for (const { method, path, label } of routes()) {
      const tried = [...names, ...more]
      const replies = await Promise.all(tried.map((name) => arm.ask(owner, method, pathOf(path, name))))
      for (const [index, reply] of replies.entries()) expectDocumented(reply, `${label}: ${tried[index]}`)
    }
  }, 60_000)

  it('answers filters, page sizes, page tokens and ETags that are none', async () => {
    const queries = ['$filter=x', '$filter=%00', "$filter=name eq 'a' or 1", '$top=-1', '$top=x', '$top=99999999999']
    for (const { method, path, label } of routes()) {
      if (method !== 'GET') continue
      for (const query of [...queries, '$skiptoken=x', '$skiptoken=a.b', `$skiptoken=${'a'.repeat(2_000)}`]) {
        const reply = await arm.ask(owner, method, `${pathOf(path)}?${encodeURI(query)}`)
        expectDocumented(reply, `${label}: ${query}`)
      }
    }
    for (const { method, path, label, ...route } of routes()) {
      const body = takesBody({ method, ...route }) ? { body: { location: 'local' } } : {}
      for (const header of ['if-match', 'if-none-match']) {
        for (const value of ['x', '"9999999999999999999"', 'W/"1"', '""', '*']) {
          expectDocumented(await arm.ask(owner, method, pathOf(path), { ...body, headers: { [header]: value } }), label)
        }
      }
    }
  })
})

describe('a path that no route has', () => {
  it.each([
    ['/', 'ResourceNotFound'],
    ['/nothing', 'ResourceNotFound'],
    ['{s}/providers/Microsoft.Nothing', 'InvalidResourceNamespace'],
    ['{s}/resourceGroups/default/providers/Microsoft.Nothing/x/y', 'InvalidResourceNamespace'],
    ['{s}/resourceGroups/default/providers/Microsoft.Compute/disks/y', 'InvalidResourceType'],
    ['{s}/resourceGroups/default/providers/Microsoft.Web/sites/y/hostNameBindings/z', 'InvalidResourceType'],
  ])('is 404 in the documented form: %s', async (path, code) => {
    const reply = await arm.ask(owner, 'GET', path.replace('{s}', arm.subscription))
    expectDocumented(reply, path)
    expect([reply.status, reply.body.error.code]).toEqual([404, code])
  })
})
