import { sign as signWithCallback } from 'node:crypto'
import { promisify } from 'node:util'
import { keyAlgorithmOf } from '../platform/crypto/key-pair.ts'
import { newGuid } from '../platform/identifiers.ts'
import type { SigningCredential } from './credential-file.ts'

const sign = promisify(signWithCallback)

/** Used once and at once; the server takes 300 s at most from an agent (SEC-79). */
const lifetimeSeconds = 240

/**
 * A client assertion that proves possession of the injected key; signed off the main thread.
 *
 * @param now epoch milliseconds of the server's clock
 * @returns compact JWS: RS256 for RSA, ES256 for P-256, the certificate named by `x5t#S256`
 * @see RFC 7523 §3
 */
export async function signAssertion(options: {
  credential: SigningCredential
  clientId: string
  audience: string
  now: number
}): Promise<string> {
  const { privateKey, x5tS256 } = options.credential
  const isRsa = keyAlgorithmOf(privateKey) === 'rsa2048'
  const nowSeconds = Math.floor(options.now / 1_000)
  const header = { alg: isRsa ? 'RS256' : 'ES256', typ: 'JWT', 'x5t#S256': x5tS256 }
  const claims = {
    iss: options.clientId,
    sub: options.clientId,
    aud: options.audience,
    jti: newGuid(),
    nbf: nowSeconds,
    exp: nowSeconds + lifetimeSeconds,
  }
  const input = `${encode(header)}.${encode(claims)}`
  const key = isRsa ? { key: privateKey } : { key: privateKey, dsaEncoding: 'ieee-p1363' as const }
  const signature = await sign('sha256', Buffer.from(input), key)
  return `${input}.${signature.toString('base64url')}`
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
