import { sha256 } from '../platform/crypto/thumbprint.ts'
import { newSecret } from '../platform/identifiers.ts'
import { Secret } from '../platform/secret.ts'

/** A one-time code is 160 random bits; only its SHA-256 is kept (SEC-2). */
export function mintCode(): { code: Secret; hash: string } {
  const code = newSecret(20)
  return { code: new Secret(code), hash: hashCode(code) }
}

export function hashCode(code: string): string {
  return sha256(code.trim())
}
