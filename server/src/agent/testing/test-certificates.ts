import { createHash, createPublicKey, type KeyObject } from 'node:crypto'
import { type Issuer, issueAuthority, issueLeaf, toPem } from '../../platform/crypto/certificate.ts'
import { generatePrivateKey, importPrivateKey } from '../../platform/crypto/key-pair.ts'
import type { TlsMaterial } from '../../platform/http/listener.ts'

const hourMs = 3_600_000

/** A root, an issuing CA below it, and a server certificate for localhost: what a real server presents. */
export class TestAuthorities {
  readonly root: Issuer
  readonly issuing: Issuer

  private constructor(root: Issuer, issuing: Issuer) {
    this.root = root
    this.issuing = issuing
  }

  static async create(now = Date.now()): Promise<TestAuthorities> {
    const span = { notBefore: now - hourMs, notAfter: now + 24 * 365 * hourMs }
    const rootKey = await generatePrivateKey('p256')
    const rootCertificate = await issueAuthority({ commonName: 'Test root', privateKey: rootKey, ...span })
    const root = { certificate: rootCertificate, privateKey: rootKey }
    const key = await generatePrivateKey('p256')
    const certificate = await issueAuthority({ commonName: 'Test issuing', privateKey: key, issuer: root, ...span })
    return new TestAuthorities(root, { certificate, privateKey: key })
  }

  get pin(): string {
    return createHash('sha256').update(this.root.certificate).digest('hex')
  }

  get rootPem(): string {
    return toPem(this.root.certificate)
  }

  async serverMaterial(options: { names?: string[]; now?: number; lifetimeMs?: number } = {}): Promise<TlsMaterial> {
    const now = options.now ?? Date.now()
    const key = await generatePrivateKey('p256')
    const leaf = await issueLeaf(this.issuing, {
      commonName: 'localhost',
      publicKey: createPublicKey(importPrivateKey(key)),
      notBefore: now - hourMs,
      notAfter: now + (options.lifetimeMs ?? 24 * hourMs),
      usage: 'serverAuth',
      names: options.names ?? ['localhost', '127.0.0.1'],
    })
    const cert = [leaf, this.issuing.certificate, this.root.certificate].map(toPem).join('')
    return { cert, key: importPrivateKey(key).export({ format: 'pem', type: 'pkcs8' }).toString() }
  }

  clientLeaf(commonName: string, publicKey: KeyObject, lifetimeMs = 24 * hourMs): Promise<Buffer> {
    const now = Date.now()
    return issueLeaf(this.issuing, {
      commonName,
      publicKey,
      notBefore: now - hourMs,
      notAfter: now + lifetimeMs,
      usage: 'clientAuth',
    })
  }
}
