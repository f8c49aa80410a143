import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fuzzRuns } from '../../../test/fuzz.ts'
import { printable } from '../printable.ts'
import { SignetError } from '../signet-error.ts'
import { parseJson, readJson, uniquePairs } from './body.ts'

/** A request as the HTTP layer hands it over: real headers, a real stream. */
function requestOf(body: string | Buffer, headers: Record<string, string> = {}): IncomingMessage {
  const request = new IncomingMessage(new Socket())
  request.headers = { 'content-type': 'application/json', ...headers }
  request.push(Buffer.from(body))
  request.push(null)
  return request
}

const parse = (text: string) => parseJson(Buffer.from(text))

describe('a JSON body', () => {
  it('is read as what it says', async () => {
    await expect(readJson(requestOf('{"a":[1,"ü",null]}'))).resolves.toEqual({ a: [1, 'ü', null] })
  })

  it('of exactly the limit is read and one byte more is refused (SEC-152)', async () => {
    const text = (bytes: number) => `"${'x'.repeat(bytes - 2)}"`
    await expect(readJson(requestOf(text(65_536)))).resolves.toHaveLength(65_534)
    await expect(readJson(requestOf(text(65_537)))).rejects.toMatchObject({ code: 'payload_too_large', status: 413 })
    await expect(readJson(requestOf(text(65), {}), 64)).rejects.toMatchObject({ code: 'payload_too_large' })
  })

  it('that announces too much is refused before it is read (SEC-152)', async () => {
    const request = requestOf('{}', { 'content-length': '65537' })
    await expect(readJson(request)).rejects.toMatchObject({ code: 'payload_too_large' })
    expect(request.readableLength).toBe(2)
  })

  it.each(['gzip', 'br', 'deflate', 'gzip, identity'])('compressed with %s is refused (SEC-153)', async (encoding) => {
    const request = requestOf('{}', { 'content-encoding': encoding })
    await expect(readJson(request)).rejects.toMatchObject({ code: 'unsupported_media_type' })
  })

  it.each(['text/plain', 'application/json5', 'application/x-www-form-urlencoded', ''])(
    'of the type %j is refused',
    async (type) => {
      await expect(readJson(requestOf('{}', { 'content-type': type }))).rejects.toMatchObject({
        code: 'unsupported_media_type',
      })
    },
  )

  it('has its type compared without case and parameters', async () => {
    await expect(readJson(requestOf('{}', { 'content-type': 'Application/JSON; charset=utf-8' }))).resolves.toEqual({})
  })

  it('of 32 levels is read and of 33 refused (SEC-152)', () => {
    const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels)
    expect(parse(nested(32))).toBeDefined()
    expect(() => parse(nested(33))).toThrow('nested too deeply')
    expect(() => parse(nested(30_000))).toThrow(SignetError)
  })

  it.each(['{"__proto__":{"admin":true}}', '{"a":[{"constructor":1}]}', '{"prototype":1}', '{"\\u005f_proto__":1}'])(
    'with the member of %s is refused (SEC-152)',
    (text) => {
      expect(() => parse(text)).toThrow(expect.objectContaining({ code: 'invalid_request' }))
      expect(Object.hasOwn(Object.prototype, 'admin')).toBe(false)
    },
  )

  it.each([
    '{"enabled":true,"enabled":false}',
    '{"a":1,"\\u0061":2}',
    '{"list":[{"x":{"b":1 , "c":2,"b" : 3}}]}',
    '{"a":"}","a":1}',
    '{"":1,"":2}',
  ])('with the double name of %s is refused (SEC-152)', (text) => {
    expect(() => parse(text)).toThrow('two members of the same name')
  })

  it.each(['{"a":{"a":{"a":1}},"b":"a"}', '[{"a":1},{"a":1}]', '{"a":"a","b":["a","a"]}', '{"\\"":1,"\\\\":2}'])(
    'such as %s has no double name',
    (text) => {
      expect(parse(text)).toEqual(JSON.parse(text))
    },
  )

  it('with an object of 1,000 members is read and of one more refused (SEC-152)', () => {
    const wide = (count: number) =>
      JSON.stringify(Object.fromEntries(Array.from({ length: count }, (_, n) => [`m${n}`, n])))
    expect(Object.keys(Object(parse(wide(1_000))))).toHaveLength(1_000)
    expect(() => parse(wide(1_001))).toThrow('more than 1000 members')
  })

  it.each([
    ['an overlong byte', Buffer.from([0x22, 0xc0, 0xaf, 0x22])],
    ['half a surrogate', Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22])],
    ['a cut character', Buffer.from([0x22, 0xc3, 0x22])],
    ['nothing', Buffer.alloc(0)],
    ['two values', Buffer.from('{}{}')],
    ['a trailing comma', Buffer.from('[1,]')],
  ])('of %s is refused (SEC-152)', (_what, bytes) => {
    expect(() => parseJson(bytes)).toThrow(expect.objectContaining({ code: 'invalid_request' }))
  })

  it('of a very long list is read or refused, never a fault of the server', () => {
    expect(parse(`[${'0,'.repeat(65_000)}0]`)).toHaveLength(65_001)
  })

  it('of any JSON without forbidden or double names is read as JSON.parse reads it', () => {
    fc.assert(
      fc.property(fc.json({ depthSize: 'small' }), (text) => {
        fc.pre(!/__proto__|constructor|prototype/.test(text))
        expect(parse(text)).toEqual(JSON.parse(text))
      }),
    )
  })

  it('of any bytes ends in a value or in invalid_request (SEC-187)', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 200 }),
          fc.json().map((text) => Buffer.from(text)),
        ),
        (bytes) => {
          try {
            parseJson(bytes)
          } catch (error) {
            expect(error).toMatchObject({ code: 'invalid_request' })
          }
        },
      ),
      { numRuns: fuzzRuns(300) },
    )
  })
})

describe('parameters', () => {
  it('that are given twice are refused, however they are spelt (SEC-69)', () => {
    expect(uniquePairs('a=1&b=2').get('b')).toBe('2')
    expect(() => uniquePairs('scope=a&sc%6fpe=b')).toThrow("'scope' is given more than once")
  })

  it('are a hundred at most', () => {
    const text = (count: number) => Array.from({ length: count }, (_, index) => `p${index}=1`).join('&')
    expect(uniquePairs(text(100)).size).toBe(100)
    expect(() => uniquePairs(text(101))).toThrow('More than 100')
  })

  it('of any text end in pairs or in invalid_request (SEC-187)', () => {
    const pairs = fc.array(fc.string({ unit: 'binary', maxLength: 20 }), { maxLength: 120 })
    fc.assert(
      fc.property(
        fc.oneof(
          fc.webQueryParameters(),
          fc.string(),
          pairs.map((each) => each.join('&')),
        ),
        (text) => {
          try {
            uniquePairs(text)
          } catch (error) {
            expect(error).toMatchObject({ code: 'invalid_request' })
          }
        },
      ),
      { numRuns: fuzzRuns(300) },
    )
  })

  it('are repeated in messages as short printable ASCII only', () => {
    expect(printable('a\u202e\n\u001b[31mb')).toBe('a???[31mb')
    expect(printable('x'.repeat(1_000))).toHaveLength(60)
  })
})
