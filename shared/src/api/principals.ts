import { z } from 'zod'
import { CredentialState } from '../vocabulary/credential-states.ts'
import { CredentialId, ThumbprintS256 } from '../vocabulary/identifiers.ts'
import { Instant } from '../vocabulary/time.ts'

/** A certificate of a principal, as shown to people. The private key never leaves the instance. */
export const CredentialSummary = z.object({
  id: CredentialId,
  /** Serial number, hexadecimal. */
  serial: z.string(),
  /** SHA-1 thumbprint, upper-case hexadecimal, as other consoles show it. */
  thumbprint: z.string(),
  /** SHA-256 thumbprint, base64url. */
  x5tS256: ThumbprintS256,
  keyAlgorithm: z.string(),
  keyLocation: z.enum(['agent', 'server', 'external', 'hsm']),
  state: CredentialState,
  notBefore: Instant,
  notAfter: Instant,
  issuedAt: Instant,
  activatedAt: Instant.nullable(),
  /** Until when a retiring credential is still accepted. */
  usableUntil: Instant.nullable(),
  revokedAt: Instant.nullable(),
  firstUsedAt: Instant.nullable(),
  lastUsedAt: Instant.nullable(),
})
export type CredentialSummary = z.infer<typeof CredentialSummary>
