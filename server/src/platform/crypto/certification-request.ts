import { createPublicKey, type KeyObject, verify } from 'node:crypto'
import { SignetError } from '../signet-error.ts'
import { DerError, type DerNode, derTag, readDer, requireSorted } from './der.ts'

const largestBytes = 8_192
const smallestRsaBits = 2_048
const largestRsaBits = 4_096
const smallestExponent = 65_537n
const largestExponent = 2n ** 32n

/** DER of the object identifiers that may occur, in hexadecimal, without tag and length. */
const rsaEncryption = '2a864886f70d010101'
const ecPublicKey = '2a8648ce3d0201'
const ed25519 = '2b6570'
const curves = new Map([
  ['2a8648ce3d030107', { name: 'P-256', coordinateBytes: 32 }],
  ['2b81040022', { name: 'P-384', coordinateBytes: 48 }],
])

/** Signature algorithms by object identifier: SHA-256 or better, each for one type of key, parameters as RFCs give them. */
const signatureAlgorithms = new Map<string, { keyType: string; hash: string | null; hasNull: boolean }>([
  ['2a864886f70d01010b', { keyType: 'rsa', hash: 'sha256', hasNull: true }],
  ['2a864886f70d01010c', { keyType: 'rsa', hash: 'sha384', hasNull: true }],
  ['2a864886f70d01010d', { keyType: 'rsa', hash: 'sha512', hasNull: true }],
  ['2a8648ce3d040302', { keyType: 'ec', hash: 'sha256', hasNull: false }],
  ['2a8648ce3d040303', { keyType: 'ec', hash: 'sha384', hasNull: false }],
  ['2a8648ce3d040304', { keyType: 'ec', hash: 'sha512', hasNull: false }],
  [ed25519, { keyType: 'ed25519', hash: null, hasNull: false }],
])

/**
 * The public key of a PKCS#10 request whose signature proves possession of the private one (SEC-36): P-256, P-384, Ed25519
 * or RSA of 2048 to 4096 bits. Everything cheap is checked first, on our own strict reading of the bytes; OpenSSL sees
 * only a key of a known form, and one signature is verified. Nothing else of the request is looked at (SEC-37).
 *
 * @throws SignetError `csr_refused` with the reason
 * @see RFC 2986 §4, RFC 5480 §2, RFC 8410 §3, RFC 3279 §2.3.1
 */
export function readCertificationRequest(der: Buffer): KeyObject {
  if (der.length > largestBytes) throw refusal('it is larger than 8 KiB')
  try {
    const { info, algorithm, signature } = partsOf(readDer(der))
    const publicKey = readKey(info.publicKey)
    const { keyType, hash } = signatureAlgorithmOf(algorithm)
    if (keyType !== publicKey.asymmetricKeyType) throw new DerError('its signature is not of the type of its key')
    if (!isProven(hash, info.signed, publicKey, signature)) {
      throw new DerError('its signature does not prove possession of the key')
    }
    return publicKey
  } catch (error) {
    if (error instanceof DerError) throw refusal(error.message, error)
    throw error
  }
}

interface RequestParts {
  readonly info: { readonly signed: Buffer; readonly publicKey: DerNode }
  readonly algorithm: DerNode
  readonly signature: Buffer
}

function partsOf(root: DerNode): RequestParts {
  const notPkcs10 = 'it is not a PKCS#10 request'
  const [info, algorithm, signature] = childrenOf(root, derTag.sequence, 3, notPkcs10)
  const [version, subject, publicKey, attributes] = childrenOf(info, derTag.sequence, 4, notPkcs10)
  if (version?.tag !== derTag.integer) throw new DerError(notPkcs10)
  if (!version.content.equals(Buffer.of(0))) throw new DerError('its version is not 0')
  if (subject?.tag !== derTag.sequence || attributes?.tag !== derTag.contextConstructed0) throw new DerError(notPkcs10)
  if (publicKey?.tag !== derTag.sequence || algorithm?.tag !== derTag.sequence) throw new DerError(notPkcs10)
  requireSorted(attributes.children)
  if (info === undefined) throw new DerError(notPkcs10)
  return { info: { signed: info.bytes, publicKey }, algorithm, signature: bitsOf(signature, notPkcs10) }
}

function readKey(spki: DerNode): KeyObject {
  const unknown = 'its public key is not in a known form'
  const [algorithm, bits] = childrenOf(spki, derTag.sequence, 2, unknown)
  const key = bitsOf(bits, unknown)
  const [type, parameters, ...more] = algorithm?.children ?? []
  if (algorithm?.tag !== derTag.sequence || type?.tag !== derTag.objectIdentifier || more.length > 0) {
    throw new DerError(unknown)
  }
  const oid = type.content.toString('hex')
  if (oid === rsaEncryption) checkRsa(parameters, key)
  else if (oid === ecPublicKey) checkPoint(parameters, key)
  else if (oid === ed25519) checkEd25519(parameters, key)
  else throw new DerError('its key is neither RSA nor P-256, P-384 or Ed25519')
  return importKey(spki.bytes)
}

function checkRsa(parameters: DerNode | undefined, key: Buffer): void {
  if (parameters?.tag !== derTag.null) throw new DerError('its RSA key has parameters')
  const [modulus, exponent] = childrenOf(readDer(key), derTag.sequence, 2, 'its RSA key is not one')
  const [n, e] = [positive(modulus), positive(exponent)]
  const bits = n.toString(2).length
  if (bits < smallestRsaBits || bits > largestRsaBits) throw new DerError('its RSA key is not of 2048 to 4096 bits')
  if (n % 2n === 0n) throw new DerError('its RSA modulus is even')
  if (e < smallestExponent || e > largestExponent || e % 2n === 0n) {
    throw new DerError('its RSA exponent is not an odd number from 65537 to 2^32')
  }
}

/** One form only, so that one key has one encoding; OpenSSL then refuses a point that is not on the curve. */
function checkPoint(parameters: DerNode | undefined, key: Buffer): void {
  const curve = parameters?.tag === derTag.objectIdentifier ? curves.get(parameters.content.toString('hex')) : undefined
  if (!curve) throw new DerError('its curve is not P-256 or P-384 by name')
  if (key[0] !== 0x04 || key.length !== 1 + 2 * curve.coordinateBytes) {
    throw new DerError(`its key is not an uncompressed point of ${curve.name}`)
  }
}

function checkEd25519(parameters: DerNode | undefined, key: Buffer): void {
  if (parameters || key.length !== 32) throw new DerError('its Ed25519 key is not one')
}

function importKey(spki: Buffer): KeyObject {
  try {
    return createPublicKey({ key: spki, format: 'der', type: 'spki' })
  } catch (cause) {
    throw new DerError('its public key is not valid', { cause })
  }
}

function signatureAlgorithmOf(node: DerNode): { keyType: string; hash: string | null } {
  const [type, parameters, ...more] = node.children
  const known =
    type?.tag === derTag.objectIdentifier ? signatureAlgorithms.get(type.content.toString('hex')) : undefined
  if (!known) throw new DerError('its signature algorithm is not RSA, ECDSA or Ed25519 with SHA-256 or better')
  const hasNull = parameters?.tag === derTag.null
  if (more.length > 0 || hasNull !== known.hasNull || (parameters && !hasNull)) {
    throw new DerError('its signature algorithm has the wrong parameters')
  }
  return known
}

function isProven(hash: string | null, signed: Buffer, key: KeyObject, signature: Buffer): boolean {
  try {
    return verify(hash, signed, key, signature)
  } catch {
    return false
  }
}

function childrenOf(node: DerNode | undefined, tag: number, count: number, otherwise: string): readonly DerNode[] {
  if (node?.tag !== tag || node.children.length !== count) throw new DerError(otherwise)
  return node.children
}

/** Content of a bit string of whole octets. */
function bitsOf(node: DerNode | undefined, otherwise: string): Buffer {
  if (node?.tag !== derTag.bitString || node.content[0] !== 0) throw new DerError(otherwise)
  return node.content.subarray(1)
}

function positive(node: DerNode | undefined): bigint {
  if (node?.tag !== derTag.integer || (node.content[0] ?? 0x80) >= 0x80) {
    throw new DerError('its RSA key has a number that is not positive')
  }
  return BigInt(`0x${node.content.toString('hex')}`)
}

function refusal(reason: string, cause: unknown = undefined): SignetError {
  return new SignetError('csr_refused', `The certificate request is refused: ${reason}.`, { cause })
}
