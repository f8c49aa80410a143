import { createHash, timingSafeEqual } from 'node:crypto'
import type { CredentialId } from '@signet/shared/vocabulary/identifiers'
import { newSecret } from '../platform/identifiers.ts'
import { Secret } from '../platform/secret.ts'

/** A secret as it is kept: what it hashes to, and until when it is accepted. */
export interface KnownSecret {
  readonly id: CredentialId
  readonly sha256: Buffer
  readonly expiresAt: number
}

const shownAtEachEnd = 3

/**
 * A client secret is 256 random bits. One SHA-256 is hash enough for that: there are no likely values to try, and a slow
 * hash would let anybody keep the authority busy. The hint gives 36 of the bits away.
 */
export function mintClientSecret(): { value: Secret; sha256: Buffer; hint: string } {
  const value = newSecret(32)
  const hint = `${value.slice(0, shownAtEachEnd)}…${value.slice(-shownAtEachEnd)}`
  return { value: new Secret(value), sha256: sha256Of(value), hint }
}

/** The secret whose value was given. Every one is compared, in constant time, wherever the match is (SEC-66). */
export function secretOf(secrets: readonly KnownSecret[], given: string): KnownSecret | undefined {
  const hash = sha256Of(given)
  return secrets.reduce<KnownSecret | undefined>(
    (found, each) => (timingSafeEqual(each.sha256, hash) ? each : found),
    undefined,
  )
}

function sha256Of(value: string): Buffer {
  return createHash('sha256').update(value).digest()
}
