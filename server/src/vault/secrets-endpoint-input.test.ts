import { afterAll, beforeAll, describe, expect, it } from 'vitest'
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
