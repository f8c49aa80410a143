import { createHash } from 'node:crypto'
import { openWith, type SealedPlace, type SealingKey, sealWith } from '../sealing.ts'
import type { WrappedPlace } from './root-key-provider.ts'

/** Bytes of a root key: AES-256. */
export const rootKeyBytes = 32

/** A root key that is in this process for as long as a call takes, with the ID that its bytes give it (SEC-63). */
export function localRootKey(key: Buffer): SealingKey {
  return { id: createHash('sha256').update('signet root key id').update(key).digest().subarray(0, 16), key }
}

/** Wraps under a key of this process; the envelope is bound to whose key it is and what for (SEC-55, SEC-59). */
export function wrapLocally(root: SealingKey, place: WrappedPlace, key: Buffer): Buffer {
  return sealWith(root, 'root-wrap', placeOf(place), key)
}

/** @throws EnvelopeError */
export function unwrapLocally(root: SealingKey, place: WrappedPlace, wrapped: Buffer): Buffer {
  return openWith(root, 'root-wrap', placeOf(place), wrapped)
}

function placeOf({ keyId, purpose }: WrappedPlace): SealedPlace {
  return { table: 'data_keys', rowId: `${keyId}/${purpose}`, column: 'wrapped', version: 1 }
}
