import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fuzzRuns } from '../../test/fuzz.ts'
import { SignetError } from '../platform/signet-error.ts'
import { type AssertionClaims, checkClaims, readAssertion } from './client-assertion.ts'
import { issuerOf } from './issuer.ts'
import { parseJws } from './jws.ts'

const clientId = 'bbbbbbbb-0000-4000-8000-000000000001'
const issuer = issuerOf({
  authorityUrl: 'https://login.signet.test',
  tenantId: '11111111-2222-4333-8444-555555555555',
  tenantDomain: 'signet.local',
})
const thumbprint = Buffer.alloc(32, 0xfb)
const header = { alg: 'RS256', 'x5t#S256': thumbprint.toString('base64url') }
const payload = { iss: clientId, sub: clientId, aud: issuer.v2, jti: 'j', exp: 1_000 }
const encode = (value: unknown) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')
const token = (head: unknown = header, body: unknown = payload) => `${encode(head)}.${encode(body)}.c2ln`

const readJws = (text: string) => readAssertion(parseJws(text))

const codeOf = (work: () => unknown): string => {
  try {
    work()
    return 'none'
  } catch (error) {
    return error instanceof SignetError ? error.code : String(error)
  }
}

describe('hostile text (SEC-187)', () => {
  const ends = (text: string): void => {
    expect(['none', 'assertion_malformed', 'assertion_key_unknown', 'assertion_audience_wrong']).toContain(
      codeOf(() => readJws(text)),
    )
  }

  it('ends in an assertion or in a refusal, whatever stands between the dots', () => {
    const part = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc.json().map((text) => encode(text)),
      fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes).toString('base64url')),
    )
    fc.assert(
      fc.property(fc.array(part, { maxLength: 5 }), (parts) => ends(parts.join('.'))),
      { numRuns: fuzzRuns(500) },
    )
  })

  it('ends so for members of any kind in header and claims', () => {
    const anything = fc.oneof(
      fc.json().map((text): unknown => JSON.parse(text)),
      fc.string(),
      fc.double(),
    )
    const changed = (members: object) =>
      fc.record({ name: fc.constantFrom(...Object.keys(members), 'x5c', 'typ', 'crit', 'nbf'), value: anything })
    fc.assert(
      fc.property(changed(header), changed(payload), (head, body) =>
        ends(token({ ...header, [head.name]: head.value }, { ...payload, [body.name]: body.value })),
      ),
      { numRuns: fuzzRuns(500) },
    )
  })
})

describe('parsing', () => {
  it('takes the parts out, and signs over the segments as they were sent', () => {
    const text = token()
    const assertion = readJws(text)
    expect(assertion.thumbprint).toEqual(thumbprint)
    expect(assertion.signed.toString()).toBe(text.slice(0, text.lastIndexOf('.')))
    expect(assertion.claims).toEqual({ ...payload, nbf: undefined, iat: undefined })
  })

  it.each([
    ['base64url', { 'x5t#S256': thumbprint.toString('base64url') }, 32],
    ['base64url with padding', { 'x5t#S256': `${thumbprint.toString('base64url')}=` }, 32],
    ['base64 with padding', { 'x5t#S256': thumbprint.toString('base64') }, 32],
    ['SHA-1', { x5t: Buffer.alloc(20, 0xfb).toString('base64url') }, 20],
    ['SHA-1 with padding', { x5t: Buffer.alloc(20, 0xfb).toString('base64') }, 20],
    ['kid in hexadecimal', { kid: 'fB'.repeat(20) }, 20],
    ['kid in base64url', { kid: thumbprint.toString('base64url') }, 32],
  ])('reads a thumbprint in %s (SEC-73)', (_name, named, size) => {
    expect(readJws(token({ alg: 'PS256', ...named })).thumbprint).toEqual(Buffer.alloc(size, 0xfb))
  })

  it('prefers x5t#S256 to x5t and kid, so that one certificate is named (SEC-80)', () => {
    const all = { ...header, x5t: Buffer.alloc(20, 1).toString('base64url'), kid: 'whatever' }
    expect(readJws(token(all)).thumbprint).toEqual(thumbprint)
  })

  it.each([
    [1_000, 1_000],
    [1_000.25, 1_000.25],
    ['1000', 1_000],
    ['1000.5', 1_000.5],
  ])('reads the date %j (SEC-77)', (sent, read) => {
    expect(readJws(token(header, { ...payload, exp: sent, nbf: sent, iat: sent })).claims).toMatchObject({
      exp: read,
      nbf: read,
      iat: read,
    })
  })

  it.each([['1e3'], ['-1'], [' 1000'], ['0x3e8'], [''], [-1], [1e300], [true], [null], [[]], [{}]])(
    'refuses the date %j (SEC-77)',
    (sent) => {
      for (const name of ['exp', 'nbf', 'iat']) {
        expect(codeOf(() => readJws(token(header, { ...payload, [name]: sent })))).toBe('assertion_malformed')
      }
    },
  )

  it.each([
    ['no thumbprint', { alg: 'RS256' }, 'assertion_key_unknown'],
    ['a short thumbprint', { alg: 'RS256', 'x5t#S256': 'AAAA' }, 'assertion_key_unknown'],
    ['a kid that is none', { alg: 'RS256', kid: 'my-key' }, 'assertion_key_unknown'],
    ['a thumbprint that is no string', { alg: 'RS256', x5t: 7 }, 'assertion_malformed'],
    ['alg RS512', { ...header, alg: 'RS512' }, 'assertion_malformed'],
    ['alg rs256', { ...header, alg: 'rs256' }, 'assertion_malformed'],
    ['alg as a list', { ...header, alg: ['RS256'] }, 'assertion_malformed'],
    ['no alg', { 'x5t#S256': header['x5t#S256'] }, 'assertion_malformed'],
    ['b64', { ...header, b64: false }, 'assertion_malformed'],
    ['zip', { ...header, zip: 'DEF' }, 'assertion_malformed'],
    ['enc', { ...header, enc: 'A128GCM' }, 'assertion_malformed'],
    ['x5u', { ...header, x5u: 'https://evil' }, 'assertion_malformed'],
    ['crit that is null', { ...header, crit: null }, 'assertion_malformed'],
    ['a list as header', [], 'assertion_malformed'],
    ['null as header', 'null', 'assertion_malformed'],
    ['x5c with a number', { ...header, x5c: [1] }, 'assertion_malformed'],
    ['an empty x5c', { ...header, x5c: [] }, 'assertion_malformed'],
  ])('refuses a header with %s (SEC-71 to SEC-74)', (_name, head, code) => {
    expect(codeOf(() => readJws(token(head)))).toBe(code)
  })

  it.each([
    ['two parts', 'a.b'],
    ['four parts', `${token()}.AA`],
    ['an empty signature', `${encode(header)}.${encode(payload)}.`],
    ['white space', ` ${token()}`],
    ['base64 in place of base64url', token().replace('.', '+.')],
    ['more than 32 KiB', `${token()}${'A'.repeat(32_768)}`],
    ['invalid UTF-8', `${Buffer.from([0x7b, 0xff, 0x7d]).toString('base64url')}.${encode(payload)}.c2ln`],
    ['a doubled name', token('{"alg":"RS256","alg":"RS256"}')],
    ['a doubled name further in', token(header, '{"a":[{"b":1,"b":2}]}')],
    ['nine levels', token(header, { ...payload, deep: JSON.parse('[[[[[[[[]]]]]]]]') })],
    ['an empty jti', token(header, { ...payload, jti: '' })],
    ['a jti of 257', token(header, { ...payload, jti: 'j'.repeat(257) })],
    ['a jti that is a number (SEC-78)', token(header, { ...payload, jti: 1 })],
    ['an iss that is a list (SEC-75)', token(header, { ...payload, iss: [clientId] })],
  ])('refuses %s', (_name, text) => {
    expect(codeOf(() => readJws(text))).toBe('assertion_malformed')
  })

  it('takes the same name in different objects, eight levels and braces inside strings for what they are', () => {
    const deep = JSON.parse('[[[[[[[]]]]]]]')
    const body = { ...payload, a: { iss: 1 }, b: [{ iss: 1 }, { iss: 2 }], c: '{"iss":"[[[[[[[[[[', 'd"e': '\\', deep }
    expect(readJws(token(header, body)).claims.iss).toBe(clientId)
  })

  it.each([[[issuer.v2, 'https://other']], [[]], [[1]], [7], [undefined]])(
    'refuses the audience %j (SEC-76)',
    (aud) => {
      expect(codeOf(() => readJws(token(header, { ...payload, aud })))).toBe('assertion_audience_wrong')
    },
  )

  it('takes a list of one audience (SEC-76)', () => {
    expect(readJws(token(header, { ...payload, aud: [issuer.v2] })).claims.aud).toBe(issuer.v2)
  })
})

describe('hostile input', () => {
  const onlyRefuses = (text: string) => {
    const code = codeOf(() => readJws(text))
    expect(['none', 'assertion_malformed', 'assertion_key_unknown', 'assertion_audience_wrong']).toContain(code)
  }

  it('throws nothing but our own errors, whatever the bytes (SEC-156)', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), onlyRefuses))
    fc.assert(
      fc.property(fc.uint8Array(), fc.uint8Array(), fc.uint8Array(), (a, b, c) =>
        onlyRefuses([a, b, c].map((part) => Buffer.from(part).toString('base64url')).join('.')),
      ),
    )
  })

  it('throws nothing but our own errors, whatever the JSON (SEC-156)', () => {
    const json = fc.json({ maxDepth: 6 })
    fc.assert(fc.property(json, json, (head, body) => onlyRefuses(token(head, body))))
    const claims = fc.record({ exp: fc.jsonValue(), aud: fc.jsonValue(), jti: fc.jsonValue(), iss: fc.jsonValue() })
    fc.assert(fc.property(claims, (body) => onlyRefuses(token(header, { ...payload, ...body }))))
  })

  it('finds every doubled name, wherever it stands (SEC-71)', () => {
    fc.assert(
      fc.property(fc.string(), fc.array(fc.string(), { maxLength: 5 }), (name, others) => {
        const members = [name, ...others.filter((other) => other !== name), name].map(
          (one) => `${JSON.stringify(one)}:1`,
        )
        expect(codeOf(() => readJws(token(`{${members.join(' , ')}}`)))).toBe('assertion_malformed')
      }),
    )
  })
})

describe('times, audience and subject', () => {
  const now = 1_795_000_000
  const claims = (more: Partial<AssertionClaims> = {}): AssertionClaims => ({
    iss: clientId,
    sub: clientId,
    aud: issuer.v2,
    jti: 'j',
    exp: now + 240,
    nbf: now,
    iat: undefined,
    ...more,
  })
  const check = (more: Partial<AssertionClaims>, isAgentHeld = false, longAssertions = false) =>
    codeOf(() => checkClaims(claims(more), { clientId, issuer, isAgentHeld, longAssertions, nowSeconds: now }))

  it('lets a certificate that is allowed to sign for 24 hours, and no longer; an agent never (SEC-77)', () => {
    const day = { nbf: now, exp: now + 86_400 }
    expect(check(day)).toBe('assertion_expired')
    expect(check(day, false, true)).toBe('none')
    expect(check({ ...day, exp: now + 86_701 }, false, true)).toBe('assertion_expired')
    expect(check(day, true, true)).toBe('assertion_expired')
  })

  it.each<[string, Partial<AssertionClaims>, string]>([
    ['300 s after exp', { nbf: undefined, exp: now - 300 }, 'assertion_expired'],
    ['299 s after exp', { nbf: undefined, exp: now - 299 }, 'none'],
    ['301 s before nbf', { nbf: now + 301, exp: now + 600 }, 'assertion_expired'],
    ['300 s before nbf', { nbf: now + 300, exp: now + 600 }, 'none'],
    ['301 s before iat', { iat: now + 301, exp: now + 600 }, 'assertion_expired'],
    ['an hour and the skew', { nbf: now, exp: now + 3_900 }, 'none'],
    ['a second longer', { nbf: now, exp: now + 3_901 }, 'assertion_expired'],
    ['a long life of which little is left', { nbf: now - 86_400, exp: now + 60 }, 'none'],
    ['no nbf and no iat', { nbf: undefined }, 'none'],
  ])('answers %s by SEC-77', (_name, more, code) => {
    expect(check(more)).toBe(code)
  })

  it('gives agents 300 s and not one more (SEC-77)', () => {
    expect(check({ exp: now + 300 }, true)).toBe('none')
    expect(check({ exp: now + 301 }, true)).toBe('assertion_expired')
    expect(check({ nbf: now + 200, exp: now + 500 }, true)).toBe('none')
  })

  it('compares subjects without regard to case, and both of them (SEC-75)', () => {
    expect(check({ iss: clientId.toUpperCase(), sub: clientId.toUpperCase() })).toBe('none')
    expect(check({ iss: 'bbbbbbbb-0000-4000-8000-000000000002' })).toBe('assertion_subject_wrong')
    expect(check({ sub: `${clientId} ` })).toBe('assertion_subject_wrong')
  })

  it('compares the audience without its query; of agents it wants the issuer (SEC-76)', () => {
    const url = 'https://login.signet.test/signet.local/oauth2/v2.0/token'
    expect(check({ aud: `${url}?x=1` })).toBe('none')
    expect(check({ aud: url }, true)).toBe('assertion_audience_wrong')
    expect(check({ aud: `${issuer.v2}/` })).toBe('assertion_audience_wrong')
    expect(check({ aud: `${issuer.v2}#x` })).toBe('assertion_audience_wrong')
  })
})
