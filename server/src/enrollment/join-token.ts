import { sha256 } from '../platform/crypto/thumbprint.ts'
import { newSecret } from '../platform/identifiers.ts'
import { Secret } from '../platform/secret.ts'

/** A join token is 256 random bits; only its SHA-256 is kept, so a copy of the database enrols nobody (SEC-32). */
export function mintJoinToken(): { token: Secret; hash: string } {
  const token = `sjt_${newSecret(32)}`
  return { token: new Secret(token), hash: hashJoinToken(token) }
}

export function hashJoinToken(token: string): string {
  return sha256(token)
}
