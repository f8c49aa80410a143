import { z } from 'zod'

/** Key credentials of principals, signing keys and certificate authorities all run through these states. */
export const CredentialState = z.enum(['prepared', 'active', 'retiring', 'retired', 'revoked'])
export type CredentialState = z.infer<typeof CredentialState>

const moves: Record<CredentialState, readonly CredentialState[]> = {
  prepared: ['active', 'retired', 'revoked'],
  active: ['retiring', 'retired', 'revoked'],
  retiring: ['active', 'retired', 'revoked'],
  retired: [],
  revoked: [],
}

/**
 * Whether a credential may go from one state to the other. A prepared one that is never picked up retires unused; a
 * retiring one is active again when the one that superseded it is rolled back.
 */
export function canMove(from: CredentialState, to: CredentialState): boolean {
  return moves[from].includes(to)
}

/**
 * A rotation run records one rollover, from the request to the retirement of the old credential. `rolled_back`: the old
 * one came back during the overlap, and the new one is revoked.
 */
export const RunState = z.enum([
  'requested',
  'prepared',
  'activated',
  'completed',
  'failed',
  'cancelled',
  'rolled_back',
])
export type RunState = z.infer<typeof RunState>

/** Why a rollover was started; `expiring`: by the schedule, but so late that little of the old certificate's life is left. */
export const RunTrigger = z.enum(['schedule', 'expiring', 'enable', 'manual', 'emergency', 'policy', 'reenroll'])
export type RunTrigger = z.infer<typeof RunTrigger>

/** How long both certificates are accepted after a rotation by hand; `policy` as the rotation policy says. */
export const OverlapChoice = z.enum(['none', 'hour', 'day', 'policy'])
export type OverlapChoice = z.infer<typeof OverlapChoice>

/** `failed` also when the agent did not come in time. */
export const DrillState = z.enum(['running', 'passed', 'failed'])
export type DrillState = z.infer<typeof DrillState>

/** Where a managed identity stands; `enabling` and `disabling` last until the agent has followed. */
export const IdentityState = z.enum(['off', 'enabling', 'on', 'disabling'])
export type IdentityState = z.infer<typeof IdentityState>

/** How an identity does, as the server judges it. */
export const HealthState = z.enum(['off', 'enabling', 'on', 'rotating', 'degraded', 'failing', 'paused', 'disabling'])
export type HealthState = z.infer<typeof HealthState>

/** Where a user-assigned identity stands. It needs no instance to be on. */
export const UserIdentityState = z.enum(['on', 'paused', 'deleted'])
export type UserIdentityState = z.infer<typeof UserIdentityState>

/** Keys that Signet has made for an identity. */
export const KeyAlgorithm = z.enum(['rsa2048', 'p256'])
export type KeyAlgorithm = z.infer<typeof KeyAlgorithm>

/** Keys of certificates; those that operators register may be longer than the ones made here. */
export const CertificateKey = z.enum(['rsa2048', 'rsa3072', 'rsa4096', 'p256'])
export type CertificateKey = z.infer<typeof CertificateKey>
