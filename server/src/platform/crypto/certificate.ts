import 'reflect-metadata'
import { createPublicKey, type KeyObject, randomBytes, webcrypto, X509Certificate } from 'node:crypto'
import * as x509 from '@peculiar/x509'
import { importPrivateKey, keyAlgorithmOf } from './key-pair.ts'
import { type LeafIssuer, signLeaf } from './leaf-der.ts'
import { nameConstraints } from './name-constraints.ts'
import { sha256, thumbprintHex, x5t } from './thumbprint.ts'

x509.cryptoProvider.set(webcrypto)

const ecdsa = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const
const rsa = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' } as const

/** What a certificate says, read once. Times are epoch milliseconds. */
export interface CertificateFacts {
  readonly der: Buffer
  /** Hexadecimal, lower case. */
  readonly serial: string
  readonly subject: string
  readonly issuer: string
  readonly notBefore: number
  readonly notAfter: number
  readonly x5t: string
  readonly x5tS256: string
  readonly thumbprint: string
  /** SHA-256 of the public key (SPKI). */
  readonly spkiS256: string
  readonly publicKey: KeyObject
}

export function readCertificate(der: Uint8Array): CertificateFacts {
  const raw = Buffer.from(der)
  const certificate = new X509Certificate(raw)
  return {
    der: raw,
    serial: certificate.serialNumber.toLowerCase(),
    subject: certificate.subject,
    issuer: certificate.issuer,
    notBefore: certificate.validFromDate.getTime(),
    notAfter: certificate.validToDate.getTime(),
    x5t: x5t(raw),
    x5tS256: sha256(raw),
    thumbprint: thumbprintHex(raw),
    spkiS256: spkiS256(certificate.publicKey),
    publicKey: certificate.publicKey,
  }
}

export function spkiS256(publicKey: KeyObject): string {
  return sha256(publicKey.export({ format: 'der', type: 'spki' }))
}

export function toPem(der: Uint8Array): string {
  const lines = Buffer.from(der)
    .toString('base64')
    .match(/.{1,64}/g)
  return `-----BEGIN CERTIFICATE-----\n${(lines ?? []).join('\n')}\n-----END CERTIFICATE-----\n`
}

/** A certificate authority that can sign: its own certificate and its private key as PKCS#8. */
export interface Issuer {
  readonly certificate: Uint8Array
  readonly privateKey: Uint8Array
}

export interface LeafTemplate {
  readonly commonName: string
  readonly publicKey: KeyObject
  readonly notBefore: number
  readonly notAfter: number
  readonly usage: 'clientAuth' | 'serverAuth'
  /** DNS names and IP addresses of a server certificate. */
  readonly names?: readonly string[]
}

/** Leaves and CAs start this long in the past, so that a clock that is a little late accepts them (SEC-50). */
export const backdateMs = 5 * 60_000

/** A leaf of SEC-50: nothing in it comes from the request but the public key (SEC-37); it never outlives its issuer. */
export async function issueLeaf(issuer: Issuer, template: LeafTemplate): Promise<Buffer> {
  const { notAfter, ...authority } = await authorityOf(issuer)
  return signLeaf(authority, {
    ...template,
    serial: Buffer.from(newSerial(), 'hex'),
    notAfter: Math.min(template.notAfter, notAfter),
    names: template.names && Buffer.from(serverNames(template.names).rawData),
  })
}

type Authority = LeafIssuer & { readonly notAfter: number }

const authorities = new WeakMap<Issuer, Promise<Authority>>()

/** Of an authority everything is read once; one that changes is another object. */
function authorityOf(issuer: Issuer): Promise<Authority> {
  const known = authorities.get(issuer)
  if (known !== undefined) return known
  const read = readAuthority(issuer)
  authorities.set(issuer, read)
  return read
}

async function readAuthority(issuer: Issuer): Promise<Authority> {
  const ca = new x509.X509Certificate(issuer.certificate)
  const keyIdentifier = await x509.AuthorityKeyIdentifierExtension.create(ca.publicKey)
  return {
    name: Buffer.from(ca.subjectName.toArrayBuffer()),
    keyIdentifier: Buffer.from(keyIdentifier.rawData),
    privateKey: importPrivateKey(issuer.privateKey),
    notAfter: ca.notAfter.getTime(),
  }
}

function serverNames(names: readonly string[]): x509.SubjectAlternativeNameExtension {
  return new x509.SubjectAlternativeNameExtension(
    names.map((name) => ({
      type: /^[\d.]+$|:/.test(name) ? ('ip' as const) : ('dns' as const),
      value: name,
    })),
  )
}

/**
 * A CA certificate over `privateKey` (P-256): self-signed when `issuer` is absent; `pathLength` 0 signs leaves only. With
 * `confined` it signs for one usage, and for those names and no others (SEC-49).
 */
export async function issueAuthority(options: {
  commonName: string
  privateKey: Uint8Array
  notBefore: number
  notAfter: number
  pathLength?: number
  issuer?: Issuer
  confined?: { readonly usage: LeafTemplate['usage']; readonly names: readonly string[] }
}): Promise<Buffer> {
  const publicKey = new x509.PublicKey(
    createPublicKey(importPrivateKey(options.privateKey)).export({ format: 'der', type: 'spki' }),
  )
  const parent = options.issuer ? new x509.X509Certificate(options.issuer.certificate) : undefined
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: newSerial(),
    subject: nameOf(options.commonName),
    issuer: parent ? parent.subjectName.toJSON() : nameOf(options.commonName),
    notBefore: new Date(options.notBefore),
    notAfter: new Date(options.notAfter),
    publicKey,
    signingKey: await signingKeyOf(options.issuer?.privateKey ?? options.privateKey),
    signingAlgorithm: ecdsa,
    extensions: [
      new x509.BasicConstraintsExtension(true, options.pathLength, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(parent?.publicKey ?? publicKey),
      ...(options.confined
        ? [
            new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage[options.confined.usage]]),
            nameConstraints(options.confined.names),
          ]
        : []),
    ],
  })
  return Buffer.from(certificate.rawData)
}

/** A self-signed certificate over an RSA signing key of the authority: gives the key its `kid` and its `x5c`. */
export async function issueSelfSigned(options: {
  commonName: string
  privateKey: Uint8Array
  notBefore: number
  notAfter: number
}): Promise<Buffer> {
  const privateKey = importPrivateKey(options.privateKey)
  const publicKey = new x509.PublicKey(createPublicKey(privateKey).export({ format: 'der', type: 'spki' }))
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: newSerial(),
    subject: nameOf(options.commonName),
    issuer: nameOf(options.commonName),
    notBefore: new Date(options.notBefore),
    notAfter: new Date(options.notAfter),
    publicKey,
    signingKey: await signingKeyOf(options.privateKey),
    signingAlgorithm: keyAlgorithmOf(privateKey) === 'rsa2048' ? rsa : ecdsa,
    extensions: [new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true)],
  })
  return Buffer.from(certificate.rawData)
}

/** PKCS#10 over `privateKey`; the subject is a label only, the server takes nothing from it. */
export async function createCertificationRequest(privateKey: Uint8Array, commonName: string): Promise<Buffer> {
  const key = importPrivateKey(privateKey)
  const algorithm = keyAlgorithmOf(key) === 'rsa2048' ? rsa : ecdsa
  const spki = createPublicKey(key).export({ format: 'der', type: 'spki' })
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    name: nameOf(commonName),
    keys: {
      privateKey: await webcrypto.subtle.importKey('pkcs8', Buffer.from(privateKey), algorithm, false, ['sign']),
      publicKey: await webcrypto.subtle.importKey('spki', spki, algorithm, true, ['verify']),
    },
    signingAlgorithm: algorithm,
  })
  return Buffer.from(request.rawData)
}

/** 128 random bits, positive, first byte never zero: at most 16 octets (SEC-50). */
function newSerial(): string {
  const bytes = randomBytes(16)
  bytes.writeUInt8((bytes.readUInt8(0) & 0x3f) | 0x40, 0)
  return bytes.toString('hex')
}

function nameOf(commonName: string): x509.JsonName {
  return [{ CN: [commonName] }]
}

function signingKeyOf(pkcs8: Uint8Array): Promise<webcrypto.CryptoKey> {
  const algorithm = keyAlgorithmOf(importPrivateKey(pkcs8)) === 'rsa2048' ? rsa : ecdsa
  return webcrypto.subtle.importKey('pkcs8', Buffer.from(pkcs8), algorithm, false, ['sign'])
}
