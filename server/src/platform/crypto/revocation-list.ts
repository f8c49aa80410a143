import 'reflect-metadata'
import { webcrypto } from 'node:crypto'
import * as x509 from '@peculiar/x509'
import type { Issuer } from './certificate.ts'

const ecdsa = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const

/** A certificate revocation list (RFC 5280 §5), DER, signed by the CA whose certificates it names. Times are epoch milliseconds. */
export async function issueRevocationList(
  issuer: Issuer,
  list: {
    thisUpdate: number
    nextUpdate: number
    /** Serial numbers, hexadecimal. */
    revoked: readonly { readonly serial: string; readonly at: number }[]
  },
): Promise<Buffer> {
  const ca = new x509.X509Certificate(issuer.certificate)
  const crl = await x509.X509CrlGenerator.create({
    issuer: ca.subjectName.toJSON(),
    thisUpdate: new Date(list.thisUpdate),
    nextUpdate: new Date(list.nextUpdate),
    entries: list.revoked.map(({ serial, at }) => ({ serialNumber: serial, revocationDate: new Date(at) })),
    extensions: [await x509.AuthorityKeyIdentifierExtension.create(ca.publicKey)],
    signingKey: await webcrypto.subtle.importKey('pkcs8', Buffer.from(issuer.privateKey), ecdsa, false, ['sign']),
    signingAlgorithm: ecdsa,
  })
  return Buffer.from(crl.rawData)
}
