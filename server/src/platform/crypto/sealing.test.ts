import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fuzzRuns } from '../../../test/fuzz.ts'
import { EnvelopeError, openWith, type SealedPlace, sealWith } from './sealing.ts'

const key = { id: randomBytes(16), key: randomBytes(32) }
const place: SealedPlace = { table: 'signing_keys', rowId: 'one', column: 'private_enc', version: 1 }
const secret = Buffer.from('the private key')
const sealed = sealWith(key, 'signing', place, secret)

describe('an envelope', () => {
  it('opens in its place under its key', () => {
    expect(openWith(key, 'signing', place, sealed).equals(secret)).toBe(true)
  })

  it('keeps values of any content and length', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const opened = openWith(key, 'ca', place, sealWith(key, 'ca', place, bytes))
        expect(opened.equals(Buffer.from(bytes))).toBe(true)
      }),
    )
  })

  it('is never the same twice: the nonce is fresh (SEC-59)', () => {
    expect(sealWith(key, 'signing', place, secret).equals(sealed)).toBe(false)
  })

  it.each([
    ['table', { table: 'certificate_authorities' }],
    ['row', { rowId: 'two' }],
    ['column', { column: 'public_jwk' }],
    ['version', { version: 2 }],
  ])('does not open in another %s (SEC-59)', (_what, change) => {
    expect(() => openWith(key, 'signing', { ...place, ...change }, sealed)).toThrow(EnvelopeError)
  })

  it('does not open for another purpose (SEC-55)', () => {
    expect(() => openWith(key, 'ca', place, sealed)).toThrow(EnvelopeError)
  })

  it('does not open under another key, even of the same name (SEC-59)', () => {
    expect(() => openWith({ id: randomBytes(16), key: key.key }, 'signing', place, sealed)).toThrow(EnvelopeError)
    expect(() => openWith({ id: key.id, key: randomBytes(32) }, 'signing', place, sealed)).toThrow(EnvelopeError)
  })

  it('does not open with any one bit changed (SEC-59)', () => {
    for (let bit = 0; bit < sealed.length * 8; bit += 1) {
      const changed = Buffer.from(sealed)
      changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3)
      expect(() => openWith(key, 'signing', place, changed)).toThrow(EnvelopeError)
    }
  })

  it('does not open cut short at any length (SEC-59)', () => {
    for (let length = 0; length < sealed.length; length += 1) {
      expect(() => openWith(key, 'signing', place, sealed.subarray(0, length))).toThrow(EnvelopeError)
    }
  })

  it('does not open from any other bytes (SEC-187)', () => {
    const headed = fc.uint8Array({ maxLength: 100 }).map((tail) => Buffer.concat([sealed.subarray(0, 17), tail]))
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 300 }), headed), (bytes) => {
        expect(() => openWith(key, 'signing', place, Buffer.from(bytes))).toThrow(EnvelopeError)
      }),
      { numRuns: fuzzRuns(300) },
    )
  })

  it('has no unsealed form: plain text is an error, never old data (SEC-60)', () => {
    for (const plain of [Buffer.alloc(0), secret, Buffer.alloc(200, 'a'), Buffer.from('{"encrypted":false}')]) {
      expect(() => openWith(key, 'signing', place, plain)).toThrow(EnvelopeError)
    }
  })
})
