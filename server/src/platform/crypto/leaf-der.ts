import { createHash, type KeyObject, sign } from 'node:crypto'
import { derTag } from './der.ts'

/** What a certificate takes from the authority that signs it, read once. */
export interface LeafIssuer {
  /** DER of its subject. */
  readonly name: Buffer
  /** DER of the extension that names its key. */
  readonly keyIdentifier: Buffer
  /** P-256. */
  readonly privateKey: KeyObject
}

export interface LeafContent {
  /** Big-endian, positive: the first bit is not set. */
  readonly serial: Buffer
  readonly commonName: string
  readonly publicKey: KeyObject
  /** Epoch milliseconds; a certificate knows whole seconds. */
  readonly notBefore: number
  readonly notAfter: number
  readonly usage: 'clientAuth' | 'serverAuth'
  /** DER of an extension with the names of a server. */
  readonly names?: Buffer | undefined
}

const octetString = 0x04
const boolean = 0x01
const utf8String = 0x0c
const printableString = 0x13
const utcTime = 0x17
const generalizedTime = 0x18
const contextConstructed3 = 0xa3

const oids = {
  ecdsaWithSha256: '2a8648ce3d040302',
  commonName: '550403',
  subjectKeyIdentifier: '551d0e',
  keyUsage: '551d0f',
  basicConstraints: '551d13',
  extendedKeyUsage: '551d25',
  clientAuth: '2b06010505070302',
  serverAuth: '2b06010505070301',
} as const

const isTrue = value(boolean, Buffer.from([0xff]))
const version3 = value(derTag.contextConstructed0, value(derTag.integer, Buffer.from([2])))
const algorithm = sequence(oid('ecdsaWithSha256'))
/** What is the same in every leaf: no CA, and its key may only sign. */
const fixedExtensions = [
  sequence(oid('basicConstraints'), isTrue, value(octetString, sequence())),
  sequence(oid('keyUsage'), isTrue, value(octetString, value(derTag.bitString, Buffer.from([7, 0x80])))),
]
const usages = {
  clientAuth: sequence(oid('extendedKeyUsage'), value(octetString, sequence(oid('clientAuth')))),
  serverAuth: sequence(oid('extendedKeyUsage'), value(octetString, sequence(oid('serverAuth')))),
} as const

/**
 * A leaf certificate (RFC 5280), put together from parts instead of by way of an object model: that costs thirty times
 * what its signature does, and everything that rotates waits for it.
 */
export function signLeaf(issuer: LeafIssuer, leaf: LeafContent): Buffer {
  const spki = leaf.publicKey.export({ format: 'der', type: 'spki' })
  const toBeSigned = sequence(
    version3,
    value(derTag.integer, leaf.serial),
    algorithm,
    issuer.name,
    sequence(time(leaf.notBefore), time(leaf.notAfter)),
    nameOf(leaf.commonName),
    spki,
    value(
      contextConstructed3,
      sequence(
        ...fixedExtensions,
        usages[leaf.usage],
        issuer.keyIdentifier,
        keyIdentifierOf(spki),
        ...(leaf.names ? [leaf.names] : []),
      ),
    ),
  )
  const signature = sign('sha256', toBeSigned, issuer.privateKey)
  return sequence(toBeSigned, algorithm, value(derTag.bitString, Buffer.from([0]), signature))
}

/** SHA-1 of the key's bits: a name for it, no proof of anything (RFC 5280 §4.2.1.2). */
function keyIdentifierOf(spki: Buffer): Buffer {
  const digest = createHash('sha1').update(keyBitsOf(spki)).digest()
  return sequence(oid('subjectKeyIdentifier'), value(octetString, value(octetString, digest)))
}

/** Node exports nothing but SEQUENCE { algorithm, BIT STRING }; the bits are what follows the two headers. */
function keyBitsOf(spki: Buffer): Buffer {
  const outer = contentStart(spki, 0)
  const inner = contentStart(spki, outer)
  const bits = inner + lengthAt(spki, outer)
  return spki.subarray(contentStart(spki, bits) + 1)
}

function contentStart(bytes: Buffer, at: number): number {
  const first = bytes.readUInt8(at + 1)
  return at + 2 + (first < 0x80 ? 0 : first & 0x7f)
}

function lengthAt(bytes: Buffer, at: number): number {
  const first = bytes.readUInt8(at + 1)
  return first < 0x80 ? first : bytes.readUIntBE(at + 2, first & 0x7f)
}

function nameOf(commonName: string): Buffer {
  const isPrintable = /^[A-Za-z0-9 '()+,\-./:=?]*$/.test(commonName)
  const text = value(isPrintable ? printableString : utf8String, Buffer.from(commonName, 'utf8'))
  return sequence(value(derTag.set, sequence(oid('commonName'), text)))
}

/** RFC 5280 §4.1.2.5: two digits for the year until 2049. */
function time(ms: number): Buffer {
  const digits = new Date(ms).toISOString().replace(/\.\d+Z$|[-:T]/g, '')
  const isShort = Number(digits.slice(0, 4)) < 2050
  return value(isShort ? utcTime : generalizedTime, Buffer.from(`${isShort ? digits.slice(2) : digits}Z`, 'ascii'))
}

function oid(name: keyof typeof oids): Buffer {
  return value(derTag.objectIdentifier, Buffer.from(oids[name], 'hex'))
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return value(derTag.sequence, ...parts)
}

function value(tag: number, ...parts: readonly Buffer[]): Buffer {
  const length = parts.reduce((sum, part) => sum + part.length, 0)
  return Buffer.concat([header(tag, length), ...parts])
}

function header(tag: number, length: number): Buffer {
  if (length < 0x80) return Buffer.from([tag, length])
  if (length < 0x100) return Buffer.from([tag, 0x81, length])
  return Buffer.from([tag, 0x82, length >> 8, length & 0xff])
}
