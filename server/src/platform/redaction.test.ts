import { expect, it } from 'vitest'
import { redact } from './redaction.ts'

const token = `eyJhbGciOiJSUzI1NiJ9.${'a'.repeat(40)}.${'b'.repeat(40)}`

it('leaves no token, assertion or secret in a text about a request (SEC-171, SEC-172)', () => {
  const text = [
    'GET /msi/token?resource=https://vault.azure.net HTTP/1.1',
    'X-IDENTITY-HEADER: s3cret-of-this-start',
    'Authorization: Bearer abc',
    '',
    `grant_type=client_credentials&client_assertion=${token}&client_secret=hush`,
    JSON.stringify({ access_token: token, token_type: 'Bearer' }),
  ].join('\n')
  const shown = redact(text)
  for (const secret of [token, 's3cret', 'abc', 'hush', 'b'.repeat(40)]) expect(shown).not.toContain(secret)
  expect(shown).toMatch(/client_assertion=\[redacted token [0-9a-f]{8}\]/)
  expect(shown).toContain('"access_token":"[redacted token ')
  expect(shown).toContain('resource=https://vault.azure.net')
})

it('gives the same fingerprint for the same token, so that two texts can be compared (SEC-172)', () => {
  expect(redact(token)).toBe(redact(`${token}`))
  expect(redact(token)).not.toBe(redact(`${token}c`))
})

it('leaves an error as it is, to the byte', () => {
  const body = '{"error":"invalid_request","error_description":"Identity not found"}'
  expect(redact(body)).toBe(body)
})
