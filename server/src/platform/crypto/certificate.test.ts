import 'reflect-metadata'
import { createPublicKey, webcrypto, X509Certificate } from 'node:crypto'
import * as x509 from '@peculiar/x509'
import { dayMs, hourMs, secondMs } from '@signet/shared/vocabulary/time'
import { beforeAll, describe, expect, it } from 'vitest'
import { given } from '../../../test/stack.ts'
import {
  backdateMs,
  type Issuer,
  issueAuthority,
  issueLeaf,
  type LeafTemplate,
  readCertificate,
} from './certificate.ts'
import { readDer } from './der.ts'
import { generatePrivateKey, importPrivateKey } from './key-pair.ts'

const now = Date.UTC(2026, 10, 24, 9)
/** DER of a critical key usage with digitalSignature in it and nothing else, which Node's parser does not tell of. */
const onlySigns = Buffer.from('300e0603551d0f0101ff040403020780', 'hex')
let root: Issuer
let issuer: Issuer
let template: LeafTemplate

beforeAll(async () => {
  const rootKey = await generatePrivateKey('p256')
  const span = { notBefore: now - backdateMs, notAfter: now + 100 * dayMs }
  root = {
    privateKey: rootKey,
    certificate: await issueAuthority({ commonName: 'Root', privateKey: rootKey, ...span }),
  }
  const key = await generatePrivateKey('p256')
  const certificate = await issueAuthority({
    commonName: 'Issuing',
    privateKey: key,
    ...span,
    issuer: root,
    pathLength: 0,
  })
  issuer = { privateKey: key, certificate }
  const publicKey = createPublicKey(importPrivateKey(await generatePrivateKey('p256')))
  template = { commonName: 'leaf', publicKey, notBefore: now - backdateMs, notAfter: now + dayMs, usage: 'clientAuth' }
})

/** A CA that ends after 2049, when years have four digits. */
function lastingAuthority(): Promise<Buffer> {
  const span = { notBefore: now - backdateMs, notAfter: now + 40 * 365 * dayMs }
  return issueAuthority({ commonName: 'Lasting', privateKey: issuer.privateKey, ...span })
}

function tbsOf(certificate: Buffer): Buffer {
  return given(readDer(certificate).children[0]).bytes
}

async function leafOfLibrary(from: Issuer, wanted: LeafTemplate, serialNumber: string): Promise<Buffer> {
  const ca = new x509.X509Certificate(from.certificate)
  const publicKey = new x509.PublicKey(wanted.publicKey.export({ format: 'der', type: 'spki' }))
  const ecdsa = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
  const names = wanted.names?.map((value) => ({ type: /\d$/.test(value) ? ('ip' as const) : ('dns' as const), value }))
  const leaf = await x509.X509CertificateGenerator.create({
    serialNumber,
    subject: [{ CN: [wanted.commonName] }],
    issuer: ca.subjectName.toJSON(),
    notBefore: new Date(wanted.notBefore),
    notAfter: new Date(wanted.notAfter),
    publicKey,
    signingKey: await webcrypto.subtle.importKey('pkcs8', Buffer.from(from.privateKey), ecdsa, false, ['sign']),
    signingAlgorithm: ecdsa,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage[wanted.usage]]),
      await x509.AuthorityKeyIdentifierExtension.create(ca.publicKey),
      await x509.SubjectKeyIdentifierExtension.create(publicKey),
      ...(names ? [new x509.SubjectAlternativeNameExtension(names)] : []),
    ],
  })
  return Buffer.from(leaf.rawData)
}

describe('a leaf', () => {
  it('is read by a parser as it was meant, each of 10,000: serial, usages, no CA, times, issuer (SEC-50)', async () => {
    const usages = { clientAuth: '1.3.6.1.5.5.7.3.2', serverAuth: '1.3.6.1.5.5.7.3.1' }
    const { subject } = readCertificate(issuer.certificate)
    const top = now + 100 * dayMs
    const serials = new Set<string>()
    // One expectation for each would take longer than the certificates.
    const faults: string[] = []
    for (let index = 0; index < 10_000; index += 1) {
      const usage = index % 2 === 0 ? 'clientAuth' : 'serverAuth'
      const notAfter = now + (index % 4_000) * hourMs + secondMs
      const der = await issueLeaf(issuer, { ...template, commonName: `leaf ${index}`, usage, notAfter })
      const leaf = new X509Certificate(der)
      serials.add(leaf.serialNumber)
      const isAsMeant =
        /^[4-7][0-9A-F]{31}$/.test(leaf.serialNumber) &&
        leaf.keyUsage?.join() === usages[usage] &&
        !leaf.ca &&
        der.includes(onlySigns) &&
        leaf.subject === `CN=leaf ${index}` &&
        leaf.issuer === subject &&
        leaf.validFromDate.getTime() === template.notBefore &&
        leaf.validToDate.getTime() === Math.min(notAfter, top)
      if (!isAsMeant) faults.push(der.toString('base64'))
    }
    expect(faults).toEqual([])
    expect(serials.size).toBe(10_000)
  }, 60_000)

  it.each([
    ['clientAuth', '1.3.6.1.5.5.7.3.2'],
    ['serverAuth', '1.3.6.1.5.5.7.3.1'],
  ] as const)('for %s is for exactly that, is no CA and may only sign (SEC-50)', async (usage, oid) => {
    const leaf = new x509.X509Certificate(await issueLeaf(issuer, { ...template, usage }))
    const constraints = leaf.getExtension(x509.BasicConstraintsExtension)
    expect(constraints).toMatchObject({ ca: false, critical: true })
    const keyUsage = leaf.getExtension(x509.KeyUsagesExtension)
    expect(keyUsage).toMatchObject({ usages: x509.KeyUsageFlags.digitalSignature, critical: true })
    expect(leaf.getExtension(x509.ExtendedKeyUsageExtension)?.usages).toEqual([oid])
    expect(leaf.getExtension(x509.SubjectAlternativeNameExtension)).toBeNull()
  })

  it('is backdated by five minutes and never outlives its issuer (SEC-50)', async () => {
    const facts = readCertificate(await issueLeaf(issuer, { ...template, notAfter: now + 1_000 * dayMs }))
    expect(facts.notBefore).toBe(now - 5 * 60_000)
    expect(facts.notAfter).toBe(now + 100 * dayMs)
  })

  it('chains to the root through an issuing CA that signs leaves only (SEC-49)', async () => {
    const leaf = new X509Certificate(await issueLeaf(issuer, template))
    const issuing = new X509Certificate(Buffer.from(issuer.certificate))
    const top = new X509Certificate(Buffer.from(root.certificate))
    expect(leaf.verify(issuing.publicKey) && leaf.checkIssued(issuing)).toBe(true)
    expect(issuing.verify(top.publicKey) && issuing.checkIssued(top)).toBe(true)
    const constraints = new x509.X509Certificate(issuer.certificate).getExtension(x509.BasicConstraintsExtension)
    expect(constraints).toMatchObject({ ca: true, pathLength: 0, critical: true })
  })

  it('carries the names of a server, addresses as addresses', async () => {
    const names = ['localhost', '127.0.0.1', '::1']
    const leaf = new X509Certificate(await issueLeaf(issuer, { ...template, usage: 'serverAuth', names }))
    expect(leaf.checkHost('localhost')).toBe('localhost')
    expect(leaf.checkIP('127.0.0.1')).toBe('127.0.0.1')
    expect(leaf.checkIP('::1')).toBeDefined()
    expect(leaf.checkHost('evil.example')).toBeUndefined()
  })

  it.each([
    { keys: 'p256', usage: 'clientAuth', commonName: 'leaf' },
    { keys: 'rsa2048', usage: 'clientAuth', commonName: '1b4e28ba-2fa1-11d2-883f-0016d3cca427' },
    { keys: 'p256', usage: 'serverAuth', commonName: 'Größe & Co', names: ['localhost', '127.0.0.1', '::1'] },
  ] as const)(
    'over a key of $keys for $usage named $commonName is, bit by bit, what @peculiar/x509 makes',
    async (of) => {
      const publicKey = createPublicKey(importPrivateKey(await generatePrivateKey(of.keys)))
      const wanted = { ...template, ...of, publicKey, notAfter: now + 30 * 365 * dayMs }
      const lasting = { ...issuer, certificate: await lastingAuthority() }
      const leaf = await issueLeaf(lasting, wanted)
      const oracle = await leafOfLibrary(lasting, wanted, readCertificate(leaf).serial)
      expect(tbsOf(leaf).toString('hex')).toBe(tbsOf(oracle).toString('hex'))
    },
  )

  it('takes a hostile name as one common name, not as more of a subject (SEC-37)', async () => {
    const leaf = new x509.X509Certificate(await issueLeaf(issuer, { ...template, commonName: 'a, O=Admins+CN=root' }))
    expect(leaf.subjectName.getField('O')).toEqual([])
    expect(leaf.subjectName.getField('CN')).toEqual(['a, O=Admins+CN=root'])
  })
})
