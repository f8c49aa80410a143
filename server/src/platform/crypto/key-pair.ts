import { createPrivateKey, generateKeyPair as generate, type KeyObject } from 'node:crypto'
import { promisify } from 'node:util'
import type { KeyAlgorithm } from '@signet/shared/vocabulary/credential-states'
import { Thread } from '../thread.ts'

const generateAsync = promisify(generate)

/**
 * One for the process: with many identities on one host the keys of a wave are made one after the other, and tokens find a
 * core. Not on the pool, where tokens are signed and would stand in line behind a search for primes.
 */
const rsaKeys = new Thread<number, Uint8Array>(new URL('./rsa-key-thread.ts', import.meta.url), 'RSA key thread')

/** PKCS#8 of a new private key. RSA-2048 takes some 40 ms of a thread of its own, P-256 some 20 µs of one of the pool. */
export async function generatePrivateKey(algorithm: KeyAlgorithm): Promise<Buffer> {
  if (algorithm === 'rsa2048') return generateRsaKey()
  const { privateKey } = await generateAsync('ec', { namedCurve: 'P-256' })
  return privateKey.export({ format: 'der', type: 'pkcs8' })
}

async function generateRsaKey(): Promise<Buffer> {
  const pkcs8 = await rsaKeys.ask(2_048)
  return Buffer.from(pkcs8.buffer, pkcs8.byteOffset, pkcs8.byteLength)
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
