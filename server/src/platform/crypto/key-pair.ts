import { createPrivateKey, generateKeyPair as generate, type KeyObject } from 'node:crypto'
import { promisify } from 'node:util'
import type { KeyAlgorithm } from '@signet/shared/vocabulary/credential-states'

const generateAsync = promisify(generate)

/** PKCS#8 of a new private key. RSA-2048 takes some 40 ms of a pool thread, P-256 some 20 µs. */
export async function generatePrivateKey(algorithm: KeyAlgorithm): Promise<Buffer> {
  const { privateKey } =
    algorithm === 'rsa2048'
      ? await generateAsync('rsa', { modulusLength: 2048, publicExponent: 0x1_00_01 })
      : await generateAsync('ec', { namedCurve: 'P-256' })
  return privateKey.export({ format: 'der', type: 'pkcs8' })
}

export function importPrivateKey(pkcs8: Uint8Array): KeyObject {
  return createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' })
}

/**
 * What decides the JWS algorithm of an assertion: `rsa2048` for RSA of any length, `p256` for that curve alone. Undefined
 * for keys no assertion is signed with (P-384, Ed25519), which serve agents for TLS only.
 */
export function keyAlgorithmOf(key: KeyObject): KeyAlgorithm | undefined {
  if (key.asymmetricKeyType === 'rsa') return 'rsa2048'
  return key.asymmetricKeyDetails?.namedCurve === 'prime256v1' ? 'p256' : undefined
}
