import type { CredentialSummary } from '@signet/shared/api/principals'
import { thumbprintHex } from '../platform/crypto/thumbprint.ts'
import type { KeyCredential } from './key-credential.ts'

/** What people see of a certificate. */
export function summaryOf(credential: KeyCredential): CredentialSummary {
  return {
    id: credential.id,
    serial: credential.serial,
    thumbprint: thumbprintHex(credential.certificate),
    x5tS256: credential.x5tS256,
    keyAlgorithm: credential.keyAlgorithm,
    keyLocation: credential.keyLocation,
    state: credential.state,
    notBefore: credential.notBefore,
    notAfter: credential.notAfter,
    issuedAt: credential.issuedAt,
    activatedAt: credential.activatedAt,
    usableUntil: credential.usableUntil,
    revokedAt: credential.revokedAt,
    firstUsedAt: credential.firstUsedAt,
    lastUsedAt: credential.lastUsedAt,
  }
}
