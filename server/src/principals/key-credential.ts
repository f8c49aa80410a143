import { type CertificateKey, type CredentialState, canMove } from '@signet/shared/vocabulary/credential-states'
import type { CredentialId, ObjectId, RunId, SlotId, ThumbprintS256 } from '@signet/shared/vocabulary/identifiers'
import { SignetError } from '../platform/signet-error.ts'

/** A certificate that a principal authenticates with. Its private key is on the instance, or outside, never here. */
export interface KeyCredential {
  readonly id: CredentialId
  /** Null, as `runId` is, for one that an operator registered: nothing rolls it. */
  readonly slotId: SlotId | null
  readonly principalId: ObjectId
  readonly runId: RunId | null
  readonly serial: string
  /** SHA-1 and SHA-256 thumbprint, base64url. */
  readonly x5t: string
  readonly x5tS256: ThumbprintS256
  readonly certificate: Buffer
  readonly keyAlgorithm: CertificateKey
  readonly keyLocation: 'agent' | 'server' | 'external' | 'hsm'
  /** Whether assertions may live for 24 hours (SEC-77). */
  readonly longAssertions: boolean
  readonly state: CredentialState
  readonly notBefore: number
  readonly notAfter: number
  readonly usableUntil: number | null
  readonly issuedAt: number
  readonly activatedAt: number | null
  readonly revokedAt: number | null
  readonly firstUsedAt: number | null
  readonly lastUsedAt: number | null
  readonly version: number
}

/** Who a public key belongs to for ever: a slot, an agent, or the application it was registered for. */
export type KeyOwner = 'credential' | 'agent' | 'application'

export type Usability = 'usable' | 'not_yet_valid' | 'expired' | 'superseded' | 'revoked'

/**
 * Whether a credential may authenticate at this instant. Decided from its times when it is used, so that a job that is
 * late never keeps an old certificate alive (data-and-scale §1.4).
 */
export function usabilityAt(
  credential: Pick<KeyCredential, 'state' | 'notBefore' | 'notAfter' | 'usableUntil'>,
  nowMs: number,
): Usability {
  if (credential.state === 'revoked') return 'revoked'
  if (nowMs < credential.notBefore) return 'not_yet_valid'
  if (nowMs >= credential.notAfter) return 'expired'
  if (credential.state === 'retired') return 'superseded'
  if (credential.usableUntil !== null && nowMs >= credential.usableUntil) return 'superseded'
  return 'usable'
}

/** @throws SignetError `conflict` when the state machine has no such move */
export function assertMove(from: CredentialState, to: CredentialState): void {
  if (!canMove(from, to)) throw new SignetError('conflict', `A ${from} certificate cannot become ${to}.`)
}
