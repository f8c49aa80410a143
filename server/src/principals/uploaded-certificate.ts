import { type KeyObject, X509Certificate } from 'node:crypto'
import type { CertificateKey } from '@signet/shared/vocabulary/credential-states'
import { type CertificateFacts, readCertificate } from '../platform/crypto/certificate.ts'
import { SignetError } from '../platform/signet-error.ts'

const mostBytes = 8_192
const rsaLengths: ReadonlyMap<number | undefined, CertificateKey> = new Map([
  [2_048, 'rsa2048'],
  [3_072, 'rsa3072'],
  [4_096, 'rsa4096'],
])
const leastExponent = 65_537n

/**
 * The certificate in what an operator pasted or uploaded: PEM, or base64 of DER. Nobody's signature on it counts: it is
 * trusted because it was registered, by its thumbprint.
 *
 * @throws SignetError `invalid_request` that says what is wrong with it
 */
export function readUploadedCertificate(text: string, nowMs: number): CertificateFacts & { key: CertificateKey } {
  const facts = factsOf(derOf(text))
  const key = keyOf(facts.publicKey)
  if (!key) {
    throw refused('Its key is not RSA of 2048, 3072 or 4096 bits or P-256.', 'Make a key of one of these kinds.')
  }
  if (facts.notAfter <= nowMs) throw refused('It has expired.', 'Make another one.')
  return { ...facts, key }
}

function derOf(text: string): Buffer {
  if (text.includes('PRIVATE KEY')) {
    throw refused('It holds a private key.', 'Upload the certificate alone, and count that key as known to others.')
  }
  const blocks = [...text.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\s]*)-----END \1-----/g)]
  if (text.includes('-----BEGIN') && blocks.length === 0) throw refused('Its PEM is not whole.')
  if (blocks.length > 1) throw refused('It holds several certificates.', 'Upload the first of them alone.')
  const [block] = blocks
  if (block && block[1] !== 'CERTIFICATE' && block[1] !== 'X509 CERTIFICATE') {
    throw refused('It is PEM of something else.')
  }
  const base64 = (block?.[2] ?? text).replaceAll(/\s/g, '')
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) throw refused('It is neither PEM nor base64 of DER.')
  const der = Buffer.from(base64, 'base64')
  if (der.length > mostBytes) throw refused('It is larger than 8 KiB.')
  return der
}

function factsOf(der: Buffer): CertificateFacts {
  try {
    // What is behind the certificate would be part of its thumbprint, and of nobody else's.
    if (new X509Certificate(der).raw.length === der.length) return readCertificate(der)
  } catch (cause) {
    throw refused('It is not an X.509 certificate.', undefined, cause)
  }
  throw refused('Something stands behind the certificate.')
}

function keyOf(key: KeyObject): CertificateKey | undefined {
  const { modulusLength, publicExponent = 0n, namedCurve } = key.asymmetricKeyDetails ?? {}
  if (key.asymmetricKeyType === 'ec') return namedCurve === 'prime256v1' ? 'p256' : undefined
  if (key.asymmetricKeyType !== 'rsa' || publicExponent < leastExponent) return undefined
  return rsaLengths.get(modulusLength)
}

function refused(reason: string, fix?: string, cause?: unknown): SignetError {
  return new SignetError('invalid_request', `The certificate cannot be registered. ${reason}`, {
    cause,
    ...(fix !== undefined && { fix }),
  })
}
