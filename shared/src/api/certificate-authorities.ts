import { z } from 'zod'
import { CredentialState } from '../vocabulary/credential-states.ts'
import { Instant } from '../vocabulary/time.ts'
import { route } from './contract.ts'

/** What a certificate authority signs; `root` signs the others and nothing else. */
export const AuthorityScope = z.enum(['root', 'tls', 'agents', 'credentials'])
export type AuthorityScope = z.infer<typeof AuthorityScope>

export const CertificateAuthority = z.object({
  id: z.string(),
  scope: AuthorityScope,
  /** Its common name. */
  name: z.string(),
  state: CredentialState,
  /** SHA-1 of its certificate, hexadecimal. */
  thumbprint: z.string(),
  notBefore: Instant,
  notAfter: Instant,
  /** Nothing it has signed is valid after this. */
  leavesUntil: Instant,
  /** Of the one that signs: when the next one is made and told to every agent; null once it is. */
  prepareAt: Instant.nullable(),
  /** When it begins to sign, of one that is prepared; when its successor does, of the one that signs; null otherwise. */
  activateAt: Instant.nullable(),
})
export type CertificateAuthority = z.infer<typeof CertificateAuthority>

/** The key of a certificate authority, locked. */
export const AuthorityKeyExport = z.object({
  name: z.string(),
  /** PEM. */
  certificate: z.string(),
  /** PEM of an encrypted PKCS#8; the passphrase opens it and is nowhere else. */
  privateKey: z.string(),
  passphrase: z.string(),
})
export type AuthorityKeyExport = z.infer<typeof AuthorityKeyExport>

const params = z.object({ id: z.guid() })
const reason = z.string().trim().max(500).optional()

export const certificateAuthoritiesApi = {
  list: route({
    method: 'GET',
    path: '/certificate-authorities',
    summary: 'The root and the issuing certificate authorities: those that sign, come next, or are still trusted',
    access: 'rotations.read',
    response: z.object({ items: z.array(CertificateAuthority) }),
  }),
  rotate: route({
    method: 'POST',
    path: '/certificate-authorities/:id/rotation',
    summary:
      'Let the next certificate authority sign from now on; certificates of the old one stay valid until they end',
    access: 'signing_keys.write',
    params,
    body: z.strictObject({ reason }),
    response: z.object({ retiring: CertificateAuthority, active: CertificateAuthority }),
  }),
  exportKey: route({
    method: 'POST',
    path: '/certificate-authorities/:id/key-export',
    summary:
      'The private key of a certificate authority, encrypted; needs a fresh confirmation and is on record before it leaves',
    access: 'signing_keys.write',
    params,
    body: z.strictObject({ reason }),
    response: AuthorityKeyExport,
    secret: true,
  }),
}
