import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fuzzRuns } from '../../../test/fuzz.ts'
import { SignetError } from '../signet-error.ts'
import { createCertificationRequest } from './certificate.ts'
import { readCertificationRequest } from './certification-request.ts'

/** An encoding, made by hand so that every rule can be broken. */
function encode(tag: number, ...contents: Buffer[]): Buffer {
  const content = Buffer.concat(contents)
  const { length } = content
  const header = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.of(tag, ...header), content])
}

const sequence = (...contents: Buffer[]) => encode(0x30, ...contents)
const oid = (hex: string) => encode(0x06, Buffer.from(hex, 'hex'))
const bits = (content: Buffer) => encode(0x03, Buffer.of(0), content)
const integer = (hex: string) => encode(0x02, Buffer.from(hex, 'hex'))
const nothing = encode(0x05)
const name = sequence(encode(0x31, sequence(oid('550403'), encode(0x0c, Buffer.from('agent')))))
const algorithms = {
  rsa256: sequence(oid('2a864886f70d01010b'), nothing),
  rsa1: sequence(oid('2a864886f70d010105'), nothing),
  ec256: sequence(oid('2a8648ce3d040302')),
  ec384: sequence(oid('2a8648ce3d040303')),
  ec1: sequence(oid('2a8648ce3d0401')),
  ed25519: sequence(oid('2b6570')),
}

interface Made {
  privateKey: KeyObject
  hash: string | null
  algorithm: Buffer
  version?: Buffer
  spki?: Buffer
  attributes?: Buffer
}

function requestOf(made: Made): Buffer {
  const spki = made.spki ?? createPublicKey(made.privateKey).export({ format: 'der', type: 'spki' })
  const info = sequence(made.version ?? integer('00'), name, spki, made.attributes ?? encode(0xa0))
  return sequence(info, made.algorithm, bits(sign(made.hash, info, made.privateKey)))
}

const rsa = (modulusLength: number, publicExponent = 65_537) =>
  generateKeyPairSync('rsa', { modulusLength, publicExponent }).privateKey
const ec = (namedCurve: string, paramEncoding: 'named' | 'explicit' = 'named') =>
  generateKeyPairSync('ec', { namedCurve, paramEncoding }).privateKey
/** RSA-4096 is made by trial; on a busy machine that takes its time. */
const slowestKeyMs = 120_000
const ed25519 = generateKeyPairSync('ed25519').privateKey
const p256 = ec('P-256')
const rsa2048 = rsa(2_048)
const ofP256 = { privateKey: p256, hash: 'sha256', algorithm: algorithms.ec256 }
const ofRsa = { privateKey: rsa2048, hash: 'sha256', algorithm: algorithms.rsa256 }

/** SPKI of a point that is given. */
const spkiOf = (point: Buffer) => sequence(sequence(oid('2a8648ce3d0201'), oid('2a8648ce3d030107')), bits(point))
const pointOf = (key: KeyObject) => createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-65)
const rsaSpki = (modulus: Buffer, exponent: Buffer, parameters = nothing) =>
  sequence(sequence(oid('2a864886f70d010101'), parameters), bits(sequence(modulus, exponent)))
const modulusOf = (key: KeyObject) => Buffer.from(key.export({ format: 'jwk' }).n ?? '', 'base64url')

function reasonOf(der: Buffer): string {
  try {
    readCertificationRequest(der)
  } catch (error) {
    if (error instanceof SignetError && error.code === 'csr_refused') return error.detail
    throw error
  }
  return 'accepted'
}

describe('a certification request (SEC-36)', () => {
  it.each<[string, () => Made]>([
    ['P-256', () => ofP256],
    ['P-256 with SHA-512', () => ({ ...ofP256, hash: 'sha512', algorithm: sequence(oid('2a8648ce3d040304')) })],
    ['P-384', () => ({ privateKey: ec('P-384'), hash: 'sha384', algorithm: algorithms.ec384 })],
    ['Ed25519', () => ({ privateKey: ed25519, hash: null, algorithm: algorithms.ed25519 })],
    ['RSA of 2048 bits', () => ofRsa],
    ['RSA of 4096 bits', () => ({ ...ofRsa, privateKey: rsa(4_096) })],
    ['RSA with an exponent just below 2^32', () => ({ ...ofRsa, privateKey: rsa(2_048, 4_294_967_291) })],
  ])(
    'of %s gives its public key',
    (_title, make) => {
      const made = make()
      expect(readCertificationRequest(requestOf(made)).equals(createPublicKey(made.privateKey))).toBe(true)
    },
    slowestKeyMs,
  )

  it.each(['p256', 'rsa2048'] as const)('of our own agent passes (%s)', async (algorithm) => {
    const key = algorithm === 'p256' ? p256 : rsa2048
    const csr = await createCertificationRequest(key.export({ format: 'der', type: 'pkcs8' }), 'agent')
    expect(reasonOf(csr)).toBe('accepted')
  })

  it.each<[string, () => Buffer, string]>([
    [
      'of more than 8 KiB',
      () => requestOf({ ...ofP256, attributes: encode(0xa0, encode(0x04, Buffer.alloc(8_100))) }),
      '8 KiB',
    ],
    ['with a byte after its end', () => Buffer.concat([requestOf(ofP256), Buffer.of(0)]), 'bytes follow'],
    [
      'with an indefinite length',
      () => Buffer.concat([Buffer.of(0x30, 0x80), requestOf(ofP256).subarray(3), Buffer.of(0, 0)]),
      'indefinite',
    ],
    ['nested deeper than 16', () => requestOf({ ...ofP256, attributes: encode(0xa0, deep(15)) }), 'nested'],
    ['of version 1', () => requestOf({ ...ofP256, version: integer('01') }), 'version'],
    [
      'with unsorted attributes',
      () => requestOf({ ...ofP256, attributes: encode(0xa0, nothing, integer('01')) }),
      'not sorted',
    ],
    ['that is no request', () => sequence(integer('00')), 'PKCS#10'],
    [
      'signed with SHA-1 (RSA)',
      () => requestOf({ ...ofRsa, hash: 'sha1', algorithm: algorithms.rsa1 }),
      'SHA-256 or better',
    ],
    [
      'signed with SHA-1 (ECDSA)',
      () => requestOf({ ...ofP256, hash: 'sha1', algorithm: algorithms.ec1 }),
      'SHA-256 or better',
    ],
    [
      'whose signature names another type of key',
      () => requestOf({ ...ofP256, algorithm: algorithms.rsa256 }),
      'not of the type',
    ],
    [
      'whose signature lacks its parameters',
      () => requestOf({ ...ofRsa, algorithm: sequence(oid('2a864886f70d01010b')) }),
      'wrong parameters',
    ],
    [
      'whose signature has parameters too many',
      () => requestOf({ ...ofP256, algorithm: sequence(oid('2a8648ce3d040302'), nothing) }),
      'wrong parameters',
    ],
    ['signed by another key', () => requestOf({ ...ofP256, spki: spkiOf(pointOf(ec('P-256'))) }), 'prove possession'],
    [
      'of P-521',
      () => requestOf({ privateKey: ec('P-521'), hash: 'sha256', algorithm: algorithms.ec256 }),
      'P-256 or P-384',
    ],
    [
      'of secp256k1',
      () => requestOf({ privateKey: ec('secp256k1'), hash: 'sha256', algorithm: algorithms.ec256 }),
      'P-256 or P-384',
    ],
    [
      'of a curve given by its parameters',
      () => requestOf({ ...ofP256, privateKey: ec('P-256', 'explicit') }),
      'by name',
    ],
    ['of a compressed point', () => requestOf({ ...ofP256, spki: spkiOf(compressed(pointOf(p256))) }), 'uncompressed'],
    ['of a point beside the curve', () => requestOf({ ...ofP256, spki: spkiOf(beside(pointOf(p256))) }), 'not valid'],
    ['of the point at infinity', () => requestOf({ ...ofP256, spki: spkiOf(Buffer.of(0)) }), 'uncompressed'],
    ['of RSA with 1024 bits', () => requestOf({ ...ofRsa, privateKey: rsa(1_024) }), '2048 to 4096'],
    [
      'of RSA with 2047 bits',
      () => requestOf({ ...ofRsa, spki: rsaSpki(integer(`7f${'ff'.repeat(255)}`), integer('010001')) }),
      '2048 to 4096',
    ],
    [
      'of RSA with 4104 bits',
      () => requestOf({ ...ofRsa, spki: rsaSpki(integer(`00${'ff'.repeat(513)}`), integer('010001')) }),
      '2048 to 4096',
    ],
    [
      'of RSA with an even modulus',
      () => requestOf({ ...ofRsa, spki: rsaSpki(integer(`00${'fe'.repeat(256)}`), integer('010001')) }),
      'even',
    ],
    [
      'of RSA with a negative modulus',
      () => requestOf({ ...ofRsa, spki: rsaSpki(integer('fe'.repeat(256)), integer('010001')) }),
      'not positive',
    ],
    ['of RSA with exponent 3', () => requestOf({ ...ofRsa, privateKey: rsa(2_048, 3) }), 'exponent'],
    ['of RSA with an even exponent', () => withExponent('010002'), 'exponent'],
    ['of RSA with an exponent above 2^32', () => withExponent('0100000001'), 'exponent'],
    [
      'of RSA with parameters',
      () =>
        requestOf({
          ...ofRsa,
          spki: rsaSpki(integer(`00${modulusOf(rsa2048).toString('hex')}`), integer('010001'), integer('00')),
        }),
      'parameters',
    ],
    [
      'of X25519',
      () =>
        requestOf({ ...ofP256, spki: generateKeyPairSync('x25519').publicKey.export({ format: 'der', type: 'spki' }) }),
      'neither RSA',
    ],
  ])('%s is refused', (_title, make, reason) => {
    expect(reasonOf(make())).toContain(reason)
  })

  it('is refused at the first rule it breaks, before a signature is verified or a key is imported', () => {
    const huge = rsaSpki(integer(`00${'ff'.repeat(2_000)}`), integer('010001'))
    expect(reasonOf(requestOf({ ...ofRsa, spki: huge }))).toContain('2048 to 4096')
  })
})

describe('hostile bytes (SEC-187)', () => {
  const valid = [
    requestOf(ofP256),
    requestOf(ofRsa),
    requestOf({ privateKey: ed25519, hash: null, algorithm: algorithms.ed25519 }),
  ]

  it('never end in anything but a key or a refusal', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => void reasonOf(Buffer.from(bytes))),
      { numRuns: fuzzRuns(500) },
    )
  })

  it('of a request that was changed anywhere are refused', () => {
    const edits = fc.array(fc.record({ at: fc.nat(), to: fc.nat(255) }), { minLength: 1, maxLength: 4 })
    fc.assert(
      fc.property(fc.constantFrom(...valid), edits, (original, changes) => {
        const copy = Buffer.from(original)
        for (const { at, to } of changes) copy[at % copy.length] = to
        fc.pre(!copy.equals(original))
        // ECDSA and RSA signatures have no second form that verifies; a change of any byte breaks one of the rules.
        expect(reasonOf(copy)).not.toBe('accepted')
      }),
      { numRuns: fuzzRuns(500) },
    )
  })

  it('of a request that was cut or grown are refused', () => {
    fc.assert(
      fc.property(fc.constantFrom(...valid), fc.nat(), fc.uint8Array({ maxLength: 8 }), (original, at, more) => {
        const copy = Buffer.concat([original.subarray(0, at % original.length), more])
        fc.pre(!copy.equals(original))
        expect(reasonOf(copy)).not.toBe('accepted')
      }),
      { numRuns: fuzzRuns(500) },
    )
  })
})

function deep(levels: number): Buffer {
  let bytes = nothing
  for (let level = 0; level < levels; level += 1) bytes = sequence(bytes)
  return bytes
}

function compressed(point: Buffer): Buffer {
  return Buffer.concat([Buffer.of(0x02 | ((point.at(-1) ?? 0) & 1)), point.subarray(1, 33)])
}

function beside(point: Buffer): Buffer {
  const copy = Buffer.from(point)
  copy.writeUInt8(copy.readUInt8(64) ^ 1, 64)
  return copy
}

/** The modulus of a good key under another exponent; the signature no longer matters. */
function withExponent(hex: string): Buffer {
  const privateKey = createPrivateKey(rsa2048.export({ format: 'pem', type: 'pkcs8' }).toString())
  return requestOf({
    ...ofRsa,
    privateKey,
    spki: rsaSpki(integer(`00${modulusOf(rsa2048).toString('hex')}`), integer(hex)),
  })
}
