import { expect, test } from 'vitest'
import { certificateFault } from './certificate-fault.ts'

const pem = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----'

test.each([pem, ` ${pem}\n`, 'MIIB+/==', 'MIIB\nAAAA'])('lets a certificate through: %j', (text) => {
  expect(certificateFault(text)).toBeUndefined()
})

test.each([
  ['', /Paste/],
  ['hello world!', /neither PEM nor base64/],
  [`${pem}\n${pem}`, /several/],
  ['A'.repeat(16_385), /longer/],
])('says what is wrong with %j', (text, words) => {
  expect(certificateFault(text)).toMatch(words)
})

test.each(['PRIVATE KEY', 'RSA PRIVATE KEY', 'EC PRIVATE KEY', 'ENCRYPTED PRIVATE KEY'])(
  'never lets a private key leave the page: %s',
  (kind) => {
    expect(certificateFault(`${pem}\n-----BEGIN ${kind}-----\nAAAA\n-----END ${kind}-----`)).toMatch(/private key/)
  },
)
