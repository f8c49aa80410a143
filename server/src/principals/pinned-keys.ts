import { createPublicKey, type JsonWebKey } from 'node:crypto'
import { SignetError } from '../platform/signet-error.ts'

/** What of a key is kept, by its type: public members only, from a list (SEC-90). */
const publicMembers = { RSA: ['n', 'e'], EC: ['crv', 'x', 'y'], OKP: ['crv', 'x'] } as const
const curves = new Set(['P-256', 'P-384', 'P-521', 'Ed25519'])
/** Longer ones, and larger exponents, would make a verification slow for whoever brings the token. */
const rsaBits = { least: 2_048, most: 8_192 }
const mostExponent = 2n ** 32n

export interface KeySet {
  readonly keys: readonly PublicJwk[]
}

export interface PublicJwk {
  readonly [member: string]: unknown
  readonly kty: 'RSA' | 'EC' | 'OKP'
  readonly kid?: string
}

/**
 * The key set of an issuer as an operator gave it, cut to what is needed to verify.
 *
 * @throws SignetError `invalid_request` for a key that is private, weak or of a kind no token is verified with
 */
export function readPinnedKeys(jwks: { keys: readonly Record<string, unknown>[] }): KeySet {
  const keys = jwks.keys.map((jwk, index) => {
    const which = `The key ${index + 1} of the key set`
    if ('d' in jwk || 'k' in jwk) {
      throw new SignetError('invalid_request', `${which} is private.`, {
        fix: 'Give the public keys alone, and count that key as known to others.',
      })
    }
    const key = publicJwk(jwk)
    if (!key)
      throw new SignetError(
        'invalid_request',
        `${which} is not RSA of 2048 to 8192 bits, P-256, P-384, P-521 or Ed25519.`,
      )
    return key
  })
  const kids = keys.map(({ kid }) => kid)
  if (new Set(kids).size < kids.length) {
    throw new SignetError('invalid_request', 'Two keys of the key set have the same kid, or none.')
  }
  return { keys }
}

/** A key by its public members; undefined for one that no token is verified with. */
export function publicJwk(jwk: Record<string, unknown>): PublicJwk | undefined {
  const { kty } = jwk
  if (kty !== 'RSA' && kty !== 'EC' && kty !== 'OKP') return undefined
  const members = [...publicMembers[kty], 'kid', 'alg', 'use'] as const
  const kept = Object.fromEntries(
    members.map((name) => [name, jwk[name]]).filter(([, value]) => typeof value === 'string'),
  )
  if (kty !== 'RSA' && !curves.has(String(kept['crv']))) return undefined
  const key: JsonWebKey = { ...kept, kty }
  try {
    const { modulusLength, publicExponent = 0n } = createPublicKey({ key, format: 'jwk' }).asymmetricKeyDetails ?? {}
    const isRsa = modulusLength !== undefined
    const fits =
      !isRsa || (modulusLength >= rsaBits.least && modulusLength <= rsaBits.most && publicExponent <= mostExponent)
    return fits ? { ...kept, kty } : undefined
  } catch {
    return undefined
  }
}
