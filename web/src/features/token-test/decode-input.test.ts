import { describe, expect, test } from 'vitest'
import { claimsInWords } from './claims.ts'
import { decodeInput, longestInput } from './decode-input.ts'

const part = (value: unknown) =>
  btoa(JSON.stringify(value)).replaceAll('=', '').replaceAll('+', '-').replaceAll('/', '_')
const token = `${part({ alg: 'RS256', kid: 'k' })}.${part({ aud: 'https://vault.azure.net', uti: 'u' })}.c2ln`
const id = '0e02b2c3-58cc-4372-a567-f47ac10bd479'

describe('a token', () => {
  test.each([token, `  ${token}\n`, `Bearer ${token}`, `Authorization: Bearer ${token}`, `"${token}"`])(
    'is recognised however it was copied (%#)',
    (text) => {
      expect(decodeInput(text)).toMatchObject({
        kind: 'token',
        claims: { aud: 'https://vault.azure.net' },
        header: { alg: 'RS256' },
        isSigned: true,
      })
    },
  )

  test('is found in the answer of a local endpoint', () => {
    expect(decodeInput(JSON.stringify({ access_token: token, expires_in: '3599' }))).toMatchObject({ kind: 'token' })
  })

  test('without signature is told apart', () => {
    expect(decodeInput(`${part({ alg: 'none' })}.${part({})}.`)).toMatchObject({ kind: 'token', isSigned: false })
  })

  test('that is none is refused in words', () => {
    expect(decodeInput('aaa.bbb.ccc').kind).toBe('unknown')
    expect(decodeInput(`${part([1])}.${part('x')}.c`).kind).toBe('unknown')
  })
})

describe('an error', () => {
  test('of the authority is explained by its number, with its correlation ID', () => {
    const error = {
      error: 'invalid_client',
      error_description: `AADSTS700024: too late\r\nTrace ID: x\r\nCorrelation ID: ${id}`,
      error_codes: [700024],
      correlation_id: id,
    }
    expect(decodeInput(JSON.stringify(error))).toMatchObject({
      kind: 'error',
      source: 'the authority',
      meaning: { mend: 'Check the clocks of client and server.' },
      ids: [{ kind: 'correlation', value: id }],
    })
  })

  test.each([
    ['{"error":"invalid_request","error_description":"Identity not found"}', 'a local endpoint', /no such identity/],
    [
      `{"statusCode":401,"message":"The identity header is missing or wrong","correlationId":"${id}"}`,
      'the App Service endpoint',
      /X-IDENTITY-HEADER/,
    ],
    ['{"error":{"code":"AuthorizationFailed","message":"no"}}', 'a resource manager or vault', /may not do this/],
    [
      `{"type":"x","title":"t","status":409,"detail":"away","code":"agent_offline","requestId":"${id}"}`,
      'the admin API',
      /not connected/,
    ],
    ['Required metadata header not specified', 'a local endpoint', /Metadata: true/],
  ])('%s', (text, source, says) => {
    expect(decodeInput(text)).toMatchObject({ kind: 'error', source, meaning: { says: expect.stringMatching(says) } })
  })

  test('is also a bare number or a line of a log', () => {
    expect(decodeInput('500011')).toMatchObject({ kind: 'number', number: 500_011 })
    expect(decodeInput('boom: AADSTS7000112: off')).toMatchObject({ kind: 'number', number: 7_000_112 })
    expect(decodeInput('AADSTS999999')).toMatchObject({ kind: 'number', meaning: undefined })
  })
})

test('an ID is a request, the number of a token or of a key, by its form', () => {
  expect(decodeInput(id.toUpperCase())).toEqual({ kind: 'id', id: { kind: 'correlation', value: id } })
  expect(decodeInput('AaIUGaj8dGGg8RvtOCU6wg')).toMatchObject({ id: { kind: 'uti' } })
  expect(decodeInput('7FVG6JTQBhb4opmoRRxTgCTmAcs')).toMatchObject({ id: { kind: 'kid' } })
})

describe('hostile input', () => {
  test('of a megabyte is answered, and longer ones are refused', () => {
    for (const text of [
      'a'.repeat(longestInput),
      '{'.repeat(longestInput),
      '['.repeat(longestInput),
      'AADSTS'.repeat(170_000),
    ]) {
      expect(decodeInput(text).kind).toBe('unknown')
    }
    decodeInput(`${'a.'.repeat(longestInput / 2)}`)
    expect(decodeInput('x'.repeat(longestInput + 1))).toMatchObject({
      kind: 'unknown',
      why: expect.stringMatching(/1 MiB/),
    })
  })

  test('nested without bottom neither throws nor is shown whole', () => {
    const deep = `${'['.repeat(100_000)}1${']'.repeat(100_000)}`
    const payload = btoa(`{"x":${deep},"y":"${'z'.repeat(100_000)}"}`)
      .replaceAll('=', '')
      .replaceAll('/', '_')
      .replaceAll('+', '-')
    const decoded = decodeInput(`${part({ alg: 'RS256' })}.${payload}.s`)
    const claims = decoded.kind === 'token' ? claimsInWords(decoded.claims, 0) : []
    expect(claims.map(({ name }) => name)).toEqual(['x', 'y'])
    for (const claim of claims) expect(claim.value.length).toBeLessThan(2_100)
  })

  test('with names of the prototype stays what it is: names', () => {
    const decoded = decodeInput(
      `${part({ alg: 'RS256' })}.${btoa('{"__proto__":{"polluted":true},"constructor":1}').replaceAll('=', '')}.s`,
    )
    expect(decoded.kind).toBe('token')
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
    expect(decodeInput('{"error":{"code":"constructor","message":"x"}}')).toMatchObject({ meaning: undefined })
  })

  test('of markup is text', () => {
    expect(decodeInput('<img src=x onerror=alert(1)>')).toMatchObject({ kind: 'unknown' })
  })
})
