import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'

/** What a key is for; one key never serves two purposes (SEC-55). */
export type SealPurpose =
  | 'signing'
  | 'ca'
  | 'paging'
  | 'webhooks'
  | 'backup'
  | 'anchor'
  | 'secrets'
  | 'secret-backups'
  | 'integrity'
  | 'root-wrap'
  | 'recovery-wrap'

/** The place an envelope belongs to; in another row, column or version it does not open (SEC-59). */
export interface SealedPlace {
  readonly table: string
  readonly rowId: string
  readonly column: string
  readonly version: number
}

const format = 0x01
const keyIdBytes = 16
const nonceBytes = 12
const tagBytes = 16
const headerBytes = 1 + keyIdBytes + nonceBytes

/** An AES-256 key and the 16-byte name by which an envelope finds it again. */
export interface SealingKey {
  readonly id: Buffer
  readonly key: Buffer
}

/** The envelope is damaged, belongs elsewhere, or was sealed under another key. There is no unsealed form (SEC-60). */
export class EnvelopeError extends Error {
  readonly reason: string

  constructor(reason: string, options: { cause?: unknown; place?: SealedPlace } = {}) {
    const { place } = options
    const what = place ? `the sealed value ${place.table}.${place.column} of ${place.rowId}` : 'the sealed value'
    super(`${what} does not open: ${reason}`, { cause: options.cause })
    this.name = 'EnvelopeError'
    this.reason = reason
  }
}

/** `0x01 | key id (16) | nonce (12) | ciphertext | tag (16)`, AES-256-GCM. */
export function sealWith(key: SealingKey, purpose: SealPurpose, place: SealedPlace, plaintext: Uint8Array): Buffer {
  const nonce = randomBytes(nonceBytes)
  const cipher = createCipheriv('aes-256-gcm', key.key, nonce)
  cipher.setAAD(additionalData(purpose, place, key.id))
  const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()])
  return Buffer.concat([Buffer.of(format), key.id, nonce, ciphertext, cipher.getAuthTag()])
}

/** @throws EnvelopeError */
export function openWith(key: SealingKey, purpose: SealPurpose, place: SealedPlace, envelope: Uint8Array): Buffer {
  const sealed = Buffer.from(envelope)
  if (!keyIdOf(sealed).equals(key.id)) throw new EnvelopeError('it names another key')
  const decipher = createDecipheriv('aes-256-gcm', key.key, sealed.subarray(1 + keyIdBytes, headerBytes))
  decipher.setAAD(additionalData(purpose, place, key.id))
  decipher.setAuthTag(sealed.subarray(sealed.length - tagBytes))
  try {
    return Buffer.concat([decipher.update(sealed.subarray(headerBytes, sealed.length - tagBytes)), decipher.final()])
  } catch (cause) {
    throw new EnvelopeError('it was changed or moved', { cause })
  }
}

/** The name of the key in the header, so that no key is ever tried on trust. @throws EnvelopeError */
export function keyIdOf(envelope: Uint8Array): Buffer {
  if (envelope.length < headerBytes + tagBytes || envelope[0] !== format) throw new EnvelopeError('it is no envelope')
  return Buffer.from(envelope.subarray(1, 1 + keyIdBytes))
}

function additionalData(purpose: SealPurpose, place: SealedPlace, keyId: Buffer): Buffer {
  return Buffer.from(
    [purpose, place.table, place.rowId, place.column, place.version, keyId.toString('hex')].join('|'),
    'utf8',
  )
}
