import { sha256 } from '../platform/crypto/thumbprint.ts'
import { newSecret } from '../platform/identifiers.ts'

/** A join token is 256 random bits; only its SHA-256 is kept, so a copy of the database enrols nobody (SEC-32). */
export function mintJoinToken(): { token: string; hash: string } {
  const token = `sjt_${newSecret(32)}`
  return { token, hash: hashJoinToken(token) }
}

export function hashJoinToken(token: string): string {
  return sha256(token)
}
