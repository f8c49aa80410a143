import type { ObjectId } from '@signet/shared/vocabulary/identifiers'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ArmStand, openArm } from '../../test/arm-stand.ts'
import { fuzzRuns } from '../../test/fuzz.ts'
import { type RawReply, type RawRequest, sendRaw } from '../../test/raw-request.ts'

/** What nobody should send to the graph and to the description of the cloud: an error in the words of each, never our fault (SEC-156). */
let arm: ArmStand
let owner: ObjectId
beforeAll(async () => {
  arm = await openArm()
  owner = await arm.caller('Owner')
})
afterAll(() => arm.close())

const json = { 'content-type': 'application/json' }
const toGraph = (sent: RawRequest) =>
  sendRaw(arm.graphBase, { ...sent, headers: { authorization: `Bearer ${owner}`, ...sent.headers } })
const toCloud = (sent: RawRequest) => sendRaw(arm.base, sent)

function expectOwnWords({ status, text, headers }: RawReply, what: string, of: 'graph' | 'cloud'): void {
  expect(status, `${what}: ${text}`).toBeLessThan(500)
  expect(text, what).not.toMatch(/node_modules|\.ts:|at async|SQLITE|better-sqlite3|"__proto__"/i)
  if (status < 400) return
  expect(headers['content-type'], what).toBe('application/json; charset=utf-8')
  const body = JSON.parse(text)
  expect(Object.keys(body), what).toEqual(['error'])
  expect(body.error.code, what).toMatch(/^[A-Za-z_]+$/)
  expect(body.error.message.length, what).toBeGreaterThan(0)
  if (of === 'graph') expect(body.error.innerError['request-id'], what).toBe(headers['request-id'])
  else expect(headers['x-ms-request-id'], what).toMatch(/^[\da-f-]{36}$/)
}

const principals = '/v1.0/servicePrincipals'
const byIds = '/v1.0/directoryObjects/getByIds'
const filtered = (filter: string) => `${principals}?$filter=${encodeURIComponent(filter)}`
const someId = '0f8fad5b-d9cb-469f-a165-70867728950e'

describe('a path of the graph', () => {
  it.each([
    ['a page size', `${filtered(`appId eq '${someId}'`)}&$top=-1`, 200],
    ['no filter', principals, 400],
    ['an empty filter', `${principals}?$filter=`, 400],
    ['a filter twice', `${principals}?$filter=a&$filter=b`, 400],
    ['a filter that is none', filtered('x'), 400],
    ['a filter with more behind it', filtered(`appId eq '${someId}' or true`), 400],
    ['a quote in a filter', filtered("appId eq 'a'' or 1 eq 1'"), 400],
    ['a filter of 20,000 letters', filtered(`appId eq '${'a'.repeat(9_000)}'`), 400],
    ['a filter whose escape is broken', `${principals}?$filter=%zz`, 400],
    ['NUL in a filter', `${principals}?$filter=appId%20eq%20'%00'`, 200],
    ['an ID that is none', `${principals}/${'z'.repeat(36)}`, 404],
    ['an ID of 36 dashes', `${principals}/${'-'.repeat(36)}`, 404],
    ['an unknown ID', `${principals}/${someId}`, 404],
    ['an encoded slash', `${principals}/..%2f${someId}`, 404],
    ['dot segments', `/v1.0/../v1.0/users/${someId}`, 404],
    ['a prototype', '/v1.0/__proto__', 404],
    ['another version', '/beta/servicePrincipals', 404],
    ['a long path', `/v1.0/${'a/'.repeat(4_000)}`, 404],
    ['a whole URL', `http://evil.example${principals}/${someId}`, 404],
  ])('with %s is answered in its own words', async (what, path, status) => {
    const reply = await toGraph({ method: 'GET', path })
    expectOwnWords(reply, what, 'graph')
    expect(reply.status, reply.text).toBe(status)
  })

  it('takes no other method, and nobody without a token', async () => {
    for (const path of [filtered(`appId eq '${someId}'`), `${principals}/${someId}`, byIds]) {
      for (const method of ['GET', 'PUT', 'PATCH', 'POST', 'DELETE', 'OPTIONS']) {
        if ((path === byIds) === (method === 'POST') && (path === byIds || method === 'GET')) continue
        const reply = await toGraph({ method, path, body: '{}', headers: json })
        expectOwnWords(reply, `${method} ${path}`, 'graph')
        expect(reply.status, `${method} ${path}`).toBe(404)
        const unknown = await sendRaw(arm.graphBase, { method, path })
        expectOwnWords(unknown, `${method} ${path}`, 'graph')
        expect(unknown.status).toBe(401)
      }
    }
  })

  it.each<[string, string | Buffer, Record<string, string>, number]>([
    ['nothing', '', json, 400],
    ['half an object', '{"ids":', json, 400],
    ['null', 'null', json, 400],
    ['a list', '[]', json, 400],
    ['no IDs', '{}', json, 400],
    ['null for IDs', '{"ids":null}', json, 400],
    ['numbers for IDs', '{"ids":[1,2]}', json, 400],
    ['an ID of 101 letters', JSON.stringify({ ids: ['a'.repeat(101)] }), json, 400],
    ['1,001 IDs', JSON.stringify({ ids: Array.from({ length: 1_001 }, () => 'a') }), json, 400],
    ['types that are none', JSON.stringify({ ids: [someId], types: 'user' }), json, 400],
    ['a member twice', `{"ids":[],"ids":["${someId}"]}`, json, 400],
    ['a prototype', '{"ids":[],"__proto__":{"a":1}}', json, 400],
    ['deep nesting', `${'{"ids":'.repeat(200)}1${'}'.repeat(200)}`, json, 400],
    ['no UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), json, 400],
    ['too many bytes', JSON.stringify({ ids: [], more: 'x'.repeat(1_500_000) }), json, 413],
    ['a form', 'ids=a', { 'content-type': 'application/x-www-form-urlencoded' }, 415],
    ['compressed bytes', '{}', { ...json, 'content-encoding': 'gzip' }, 415],
    ['IDs that are none', '{"ids":["\\u0000","../..","%00","__proto__",""]}', json, 200],
  ])('with %s for a body is answered in its own words', async (what, body, headers, status) => {
    const reply = await toGraph({ method: 'POST', path: byIds, body, headers })
    expectOwnWords(reply, what, 'graph')
    expect(reply.status, reply.text.slice(0, 300)).toBe(status)
  })
})

describe('the description of the cloud', () => {
  const path = '/metadata/endpoints'
  it.each([
    ['no version', 'GET', path, 400],
    ['an empty version', 'GET', `${path}?api-version=`, 400],
    ['a version that is none', 'GET', `${path}?api-version=latest`, 400],
    ['a version twice', 'GET', `${path}?api-version=2022-09-01&API-VERSION=2022-09-01`, 400],
    ['a broken escape', 'GET', `${path}?api-version=%zz`, 400],
    ['NUL in the version', 'GET', `${path}?api-version=2022-09-01%00`, 400],
    ['another method', 'POST', `${path}?api-version=2022-09-01`, 405],
    ['deletion', 'DELETE', `${path}?api-version=2022-09-01`, 405],
    ['more behind it', 'GET', `${path}/x?api-version=2022-09-01`, 401],
    ['another case and doubled slashes', 'GET', '//METADATA//Endpoints/?api%2Dversion=2022-09-01', 200],
    ['a version of next century', 'GET', `${path}?api-version=2999-12-31`, 200],
  ])('asked for with %s is answered in the words of the resource manager', async (what, method, target, status) => {
    const reply = await toCloud({ method, path: target })
    expectOwnWords(reply, what, 'cloud')
    expect(reply.status, reply.text).toBe(status)
  })
})

const odd = fc.constantFrom(
  '%00',
  '%zz',
  '%2f',
  '%2e%2e',
  '..',
  '//',
  '%',
  '?',
  '#',
  ';',
  "'",
  '$',
  '{',
  '\\',
  '%E2%80%AE',
)
const word = fc.oneof(
  odd,
  fc.constantFrom('subscriptions', 'resourceGroups', 'providers', 'v1.0', 'servicePrincipals', 'metadata', 'endpoints'),
  fc.constantFrom(
    'Microsoft.Web',
    'sites',
    'slots',
    'roleAssignments',
    'Microsoft.Authorization',
    'identities',
    'default',
  ),
  fc.string({ unit: 'grapheme-ascii', maxLength: 12 }).map((text) => encodeURI(text).replaceAll('%25', '%')),
)
const target = fc
  .tuple(fc.array(word, { maxLength: 12 }), fc.array(fc.tuple(word, word), { maxLength: 4 }), fc.boolean())
  .map(([segments, pairs, isDated]) => {
    const query = [...(isDated ? ['api-version=2024-11-30'] : []), ...pairs.map((pair) => pair.join('='))]
    return `/${segments.join('/')}?${query.join('&')}`.replaceAll(/[^\x21-\x7e]/g, '')
  })
const sent = fc.record({
  method: fc.constantFrom('GET', 'HEAD', 'PUT', 'PATCH', 'POST', 'DELETE'),
  path: target,
  body: fc.oneof(fc.json({ maxDepth: 6 }), fc.string({ maxLength: 200 })),
  headers: fc.record({
    'content-type': fc.constantFrom('application/json', 'text/plain', 'application/json; charset=utf-16', ''),
    'if-match': fc.constantFrom('*', '"1"', 'W/"2"', 'rubbish', '""'),
  }),
})

describe('whatever is sent', () => {
  it.each(['graph', 'cloud'] as const)(
    'to the %s ends in an answer of that surface (SEC-187)',
    async (of) => {
      const base = of === 'graph' ? arm.graphBase : arm.base
      const property = fc.asyncProperty(sent, async ({ headers, ...request }) => {
        const all = { authorization: `Bearer ${owner}`, ...headers }
        const reply = await sendRaw(base, { ...request, headers: all })
        if (request.method !== 'HEAD') expectOwnWords(reply, JSON.stringify(request), of)
        else expect(reply.status).toBeLessThan(500)
      })
      await fc.assert(property, { numRuns: fuzzRuns(200) })
    },
    60_000,
  )
})
