import { createPublicKey } from 'node:crypto'
import { dayMs } from '@signet/shared/vocabulary/time'
import { backdateMs, issueAuthority, issueLeaf, readCertificate, toPem } from '../../platform/crypto/certificate.ts'
import { generatePrivateKey, importPrivateKey } from '../../platform/crypto/key-pair.ts'
import type { TlsMaterial } from '../../platform/http/listener.ts'

/** Longer than any agent runs between two starts. */
const lifetimeMs = 730 * dayMs

/** What a local endpoint over TLS shows, and what tells clients that it is the one. */
export interface LocalCertificate {
  readonly material: TlsMaterial
  /** SHA-1 of the certificate, hexadecimal: some clients look at nothing else. */
  readonly thumbprint: string
  /** PEM of the authority that signed it: the others trust that. */
  readonly caPem: string
}

/** Made at each start, and by an authority of its own whose key is forgotten at once: it can sign nothing else. */
export async function makeLocalCertificate(bind: string, now: number): Promise<LocalCertificate> {
  const span = { notBefore: now - backdateMs, notAfter: now + lifetimeMs }
  const caKey = await generatePrivateKey('p256')
  const ca = await issueAuthority({ commonName: 'Signet local endpoint', privateKey: caKey, pathLength: 0, ...span })
  const key = await generatePrivateKey('p256')
  const leaf = await issueLeaf(
    { certificate: ca, privateKey: caKey },
    {
      commonName: 'localhost',
      publicKey: createPublicKey(importPrivateKey(key)),
      usage: 'serverAuth',
      names: [...new Set(['localhost', '127.0.0.1', bind])],
      ...span,
    },
  )
  return {
    material: {
      cert: [leaf, ca].map(toPem).join(''),
      key: importPrivateKey(key).export({ format: 'pem', type: 'pkcs8' }).toString(),
    },
    thumbprint: readCertificate(leaf).thumbprint,
    caPem: toPem(ca),
  }
}
