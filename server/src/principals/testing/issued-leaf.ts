import { createPublicKey } from 'node:crypto'
import { dayMs } from '@signet/shared/vocabulary/time'
import { generatePrivateKey, importPrivateKey } from '../../platform/crypto/key-pair.ts'
import type { CertificateAuthorities } from '../certificate-authorities.ts'

/** A leaf over a fresh key, its chain (DER, itself first) and its key as PEM. */
export async function leafOf(
  authorities: CertificateAuthorities,
  scope: 'tls' | 'agents' | 'credentials',
  names?: string[],
  days = 90,
) {
  const pkcs8 = await generatePrivateKey('p256')
  const issued = await authorities.issue(scope, {
    ...{ commonName: 'leaf', publicKey: createPublicKey(importPrivateKey(pkcs8)), lifetimeMs: days * dayMs },
    usage: scope === 'tls' ? 'serverAuth' : 'clientAuth',
    ...(names && { names }),
  })
  const chain = [issued.der, ...authorities.chainOf(issued.der, scope)]
  return { issued, chain, key: importPrivateKey(pkcs8).export({ format: 'pem', type: 'pkcs8' }).toString() }
}
