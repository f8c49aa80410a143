import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fuzzRuns } from '../../test/fuzz.ts'
import { type Asked, type EndpointStand, expectRefusal, openEndpointStand, v } from './testing/endpoint-stand.ts'

let stand: EndpointStand
let ask: EndpointStand['ask']
let set: EndpointStand['set']
beforeAll(async () => {
  stand = await openEndpointStand()
  ;({ ask, set } = stand)
})
afterAll(() => stand.close())

describe('bad input is 4xx with the documented body at every address (SEC-151, SEC-156)', () => {
  const json = (body: unknown) => ({ body })
  it.each<[string, string, string, Asked, number, string]>([
    ['no api-version', 'GET', '/secrets', {}, 400, 'BadParameter'],
    ['an unknown api-version', 'GET', '/secrets?api-version=6.0', {}, 400, 'BadParameter'],
    ['an empty api-version', 'GET', '/secrets?api-version=', {}, 400, 'BadParameter'],
    ['two api-versions', 'GET', `/secrets?${v}&${v}`, {}, 400, 'BadParameter'],
    ['a page of none', 'GET', `/secrets?${v}&maxresults=0`, {}, 400, 'BadParameter'],
    ['a page of 26', 'GET', `/secrets?${v}&maxresults=26`, {}, 400, 'BadParameter'],
    ['a page of x', 'GET', `/secrets/db/versions?${v}&maxresults=x`, {}, 400, 'BadParameter'],
    ['a made-up page token', 'GET', `/secrets?${v}&$skiptoken=abc.def`, {}, 400, 'BadParameter'],
    ['an empty page token', 'GET', `/deletedsecrets?${v}&$skiptoken=`, {}, 400, 'BadParameter'],
    ['a bad name', 'GET', `/secrets/a_b?${v}`, {}, 400, 'BadParameter'],
    ['a name of 128', 'GET', `/secrets/${'a'.repeat(128)}?${v}`, {}, 400, 'BadParameter'],
    ['an encoded slash', 'GET', `/secrets/a%2fb?${v}`, {}, 400, 'BadParameter'],
    ['a dot segment', 'GET', `/secrets/%2e%2e?${v}`, {}, 400, 'BadParameter'],
    ['a name that cannot be decoded', 'GET', `/secrets/%zz?${v}`, {}, 400, 'BadParameter'],
    ['a bad version', 'GET', `/secrets/db/123?${v}`, {}, 400, 'BadParameter'],
    ['an address too long', 'GET', `/secrets/db/${'0'.repeat(32)}/x?${v}`, {}, 400, 'BadParameter'],
    ['keys, which there are none of', 'GET', `/keys/db?${v}`, {}, 400, 'BadParameter'],
    ['a prototype for a collection', 'GET', `/__proto__?${v}`, {}, 400, 'BadParameter'],
    ['the root', 'GET', `/?${v}`, {}, 400, 'BadParameter'],
    ['an unknown secret', 'GET', `/secrets/unknown?${v}`, {}, 404, 'SecretNotFound'],
    ['an unknown version', 'GET', `/secrets/db/${'0'.repeat(32)}?${v}`, {}, 404, 'SecretNotFound'],
    ['versions of nothing', 'GET', `/secrets/unknown/versions?${v}`, {}, 404, 'SecretNotFound'],
    ['a deleted one that is not', 'GET', `/deletedsecrets/db?${v}`, {}, 404, 'SecretNotFound'],
    ['deletion of nothing', 'DELETE', `/secrets/unknown?${v}`, {}, 404, 'SecretNotFound'],
    ['purge of what is not deleted', 'DELETE', `/deletedsecrets/db?${v}`, {}, 404, 'SecretNotFound'],
    ['recovery of what is not deleted', 'POST', `/deletedsecrets/db/recover?${v}`, {}, 404, 'SecretNotFound'],
    ['backup of nothing', 'POST', `/secrets/unknown/backup?${v}`, {}, 404, 'SecretNotFound'],
    ['change of nothing', 'PATCH', `/secrets/unknown/${'0'.repeat(32)}?${v}`, json({}), 404, 'SecretNotFound'],
    ['POST to a secret', 'POST', `/secrets/db?${v}`, json({}), 405, 'MethodNotAllowed'],
    ['a method of the language', 'PUT', `/deletedsecrets?${v}`, json({}), 405, 'MethodNotAllowed'],
    ['PUT to the list', 'PUT', `/secrets?${v}`, json({}), 405, 'MethodNotAllowed'],
    ['OPTIONS', 'OPTIONS', `/secrets/db?${v}`, {}, 405, 'MethodNotAllowed'],
    ['no body', 'PUT', `/secrets/db?${v}`, { body: '' }, 400, 'BadParameter'],
    ['no JSON', 'PUT', `/secrets/db?${v}`, { body: '{"value":' }, 400, 'BadParameter'],
    ['a list for a body', 'PUT', `/secrets/db?${v}`, json([]), 400, 'BadParameter'],
    ['null for a body', 'PATCH', `/secrets/db/?${v}`, { body: 'null' }, 400, 'BadParameter'],
    ['no value', 'PUT', `/secrets/db?${v}`, json({}), 400, 'BadParameter'],
    ['a number for a value', 'PUT', `/secrets/db?${v}`, json({ value: 1 }), 400, 'BadParameter'],
    ['a value too large', 'PUT', `/secrets/db?${v}`, json({ value: 'x'.repeat(25_601) }), 400, 'BadParameter'],
    ['a double member', 'PUT', `/secrets/db?${v}`, { body: '{"value":"a","value":"b"}' }, 400, 'BadParameter'],
    ['a prototype', 'PUT', `/secrets/db?${v}`, { body: '{"value":"a","tags":{"__proto__":"x"}}' }, 400, 'BadParameter'],
    [
      'a text for enabled',
      'PUT',
      `/secrets/db?${v}`,
      json({ value: 'a', attributes: { enabled: 'no' } }),
      400,
      'BadParameter',
    ],
    [
      'a date before 1970',
      'PUT',
      `/secrets/db?${v}`,
      json({ value: 'a', attributes: { exp: -1 } }),
      400,
      'BadParameter',
    ],
    ['half a second', 'PUT', `/secrets/db?${v}`, json({ value: 'a', attributes: { nbf: 1.5 } }), 400, 'BadParameter'],
    ['a tag that is none', 'PUT', `/secrets/db?${v}`, json({ value: 'a', tags: { a: 1 } }), 400, 'BadParameter'],
    [
      'a tag too long',
      'PUT',
      `/secrets/db?${v}`,
      json({ value: 'a', tags: { a: 'x'.repeat(257) } }),
      400,
      'BadParameter',
    ],
    [
      'a content type too long',
      'PUT',
      `/secrets/db?${v}`,
      json({ value: 'a', contentType: 'x'.repeat(256) }),
      400,
      'BadParameter',
    ],
    [
      'another media type',
      'PUT',
      `/secrets/db?${v}`,
      { body: 'a', headers: { 'content-type': 'text/plain' } },
      415,
      'BadParameter',
    ],
    [
      'compression',
      'PUT',
      `/secrets/db?${v}`,
      { body: 'a', headers: { 'content-encoding': 'gzip' } },
      415,
      'BadParameter',
    ],
    ['a backup that is none', 'POST', `/secrets/restore?${v}`, json({ value: 'AAAA' }), 400, 'BadParameter'],
    ['a backup in another alphabet', 'POST', `/secrets/restore?${v}`, json({ value: '+/' }), 400, 'BadParameter'],
    ['no backup', 'POST', `/secrets/restore?${v}`, json({}), 400, 'BadParameter'],
  ])('%s', async (_what, method, path, asked, status, code) => {
    await set('db', 'hunter2-sentinel')
    const answer = await ask(method, path, asked)
    expectRefusal(answer, status, code)
    expect(answer.text).not.toMatch(/hunter2|\bat \S+ \(|node_modules|sqlite|zod/i)
  })

  it('16 tags', async () => {
    const tags = Object.fromEntries(Array.from({ length: 16 }, (_, index) => [`t${index}`, 'x']))
    expectRefusal(await set('db', 'x', { tags }), 400, 'BadParameter')
  })
})

/** Every address there is (wire-protocol §5.3). */
const version = '0'.repeat(32)
const addresses: readonly [string, string][] = [
  ...['/secrets', '/secrets/db', `/secrets/db/${version}`, '/secrets/db/versions'].map(of('GET')),
  ...['/deletedsecrets', '/deletedsecrets/db'].map(of('GET')),
  ...['/secrets/db', '/secrets/restore-me'].map(of('PUT')),
  ...['/secrets/db', `/secrets/db/${version}`].map(of('PATCH')),
  ...['/secrets/db', '/deletedsecrets/db'].map(of('DELETE')),
  ...['/secrets/db/backup', '/secrets/restore', '/deletedsecrets/db/recover'].map(of('POST')),
]
function of(method: string) {
  return (path: string): [string, string] => [method, path]
}

const takesBody = ([method, path]: readonly [string, string]) =>
  ['PUT', 'PATCH'].includes(method) || path.endsWith('/restore')

/** The documented body, and no fault of ours. */
const wordsOf =
  (method: string) =>
  async (target: string, asked: Asked = {}): Promise<number> => {
    const answer = await ask(method, target, asked)
    expect(answer.status, `${target}: ${answer.text}`).toBeLessThan(500)
    if (answer.status >= 400) expectRefusal(answer, answer.status, codeOf(answer.body), innerOf(answer.body))
    expect(answer.text, target).not.toMatch(/\bat \S+ \(|node_modules|sqlite|zod/i)
    return answer.status
  }

describe.each(addresses)('%s %s', (method, path) => {
  const expectOwnWords = wordsOf(method)

  it('wants one api-version that it knows', async () => {
    for (const query of ['', '?api-version=', '?api-version=6.0', '?api-version=latest', `?${v}&api%2Dversion=7.4`]) {
      expect(
        await expectOwnWords(`${path}${query}`, takesBody([method, path]) ? { body: { value: 'x' } } : {}),
        query,
      ).toBe(400)
    }
  })

  it('answers wrong pages, headers, names and lengths in its own words', async () => {
    const queries = [
      'maxresults=-1',
      'maxresults=1e3',
      '$skiptoken=x',
      `$skiptoken=${'a'.repeat(3_000)}`,
      'x=%zz',
      '%00=%00',
    ]
    for (const query of queries) await expectOwnWords(`${path}?${v}&${query}`)
    for (const value of ['rubbish', '*', '"9"', 'W/""']) {
      await expectOwnWords(`${path}?${v}`, { headers: { 'if-match': value, 'if-none-match': value } })
    }
    const names = [
      '%00',
      '%E2%80%AE',
      '%c0%af',
      'a%2f..%2fb',
      '..',
      '__proto__',
      'a'.repeat(7_000),
      '%',
      "'",
      '{}',
      '*',
    ]
    for (const name of names) await expectOwnWords(`${path.replace('/db', `/${name}`)}?${v}`)
    await expectOwnWords(`${path}/${'a/'.repeat(3_000)}?${v}`)
  })
})

describe.each(addresses.filter(takesBody))('%s %s', (method, path) => {
  it('refuses every body that is none of its own', async () => {
    const expectOwnWords = wordsOf(method)
    const members = ['value', 'attributes', 'tags', 'contentType']
    const wrong = [null, 0, [], { $ne: null }, 'x'.repeat(30_000)]
    const bodies = [
      ...members.flatMap((name) => wrong.map((value) => JSON.stringify({ value: 'x', [name]: value }))),
      ...[
        '',
        'null',
        '[]',
        '"x"',
        '{"value":',
        `${'{"a":'.repeat(200)}1${'}'.repeat(200)}`,
        '{"value":"a","__proto__":{}}',
      ],
      JSON.stringify({ value: 'x'.repeat(300_000) }),
    ]
    for (const body of bodies) await expectOwnWords(`${path}?${v}`, { body })
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', '']) {
      const status = await expectOwnWords(`${path}?${v}`, { body: '{"value":"x"}', headers: { 'content-type': type } })
      expect(status, type).toBe(415)
    }
  })
})

const codeOf = (body: Record<string, unknown>) => (body['error'] as { code: string }).code
const innerOf = (body: Record<string, unknown>) => (body['error'] as { innererror?: { code: string } }).innererror?.code

describe('whatever is sent', () => {
  const segment = fc.oneof(
    fc.constantFrom('secrets', 'deletedsecrets', 'db', 'versions', 'backup', 'restore', 'recover', version, '', '..'),
    fc.constantFrom('%00', '%zz', '%2f', '%2e%2e', '%E2%80%AE', '__proto__', '%25', ';', '*', '~'),
  )
  const sent = fc.record({
    method: fc.constantFrom('GET', 'PUT', 'PATCH', 'POST', 'DELETE'),
    path: fc.array(segment, { maxLength: 6 }).map((segments) => `/${segments.join('/')}`),
    query: fc.array(fc.constantFrom(v, 'maxresults=2', '$skiptoken=a.b', 'a=%00', '%zz', '='), { maxLength: 4 }),
    body: fc.oneof(fc.json({ maxDepth: 5 }), fc.string({ maxLength: 100 })),
  })

  it('ends in the documented body (SEC-187)', async () => {
    const property = fc.asyncProperty(sent, async ({ method, path, query, body }) => {
      const asked = method === 'GET' || method === 'DELETE' ? {} : { body: body === '' ? ' ' : body }
      const answer = await ask(method, `${path}?${query.join('&')}`, asked)
      expect(answer.status, answer.text).toBeLessThan(500)
      if (answer.status >= 400) expectRefusal(answer, answer.status, codeOf(answer.body), innerOf(answer.body))
    })
    await fc.assert(property, { numRuns: fuzzRuns(150) })
  }, 60_000)
})
