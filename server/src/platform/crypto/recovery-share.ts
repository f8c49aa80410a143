import { createHash, timingSafeEqual } from 'node:crypto'
import { StartupError } from '../signet-error.ts'
import { combineShares, type ShamirShare, splitSecret } from './shamir.ts'

/**
 * The text form of a recovery share: `SIGNET-<set>-<number>-<groups>`, where the groups are the threshold, the share
 * and a checksum over all of it, in Crockford's base32. It survives being read aloud and copied by hand.
 */

/** Bytes of what is shared. */
export const recoverySecretBytes = 32
const checksumBytes = 4
const setIdPattern = /^[0-9A-HJKMNP-TV-Z]{8}$/

/** One set of shares: `id` is eight letters that stand on each of its shares. */
export interface ShareSet {
  readonly id: string
  readonly shares: number
  readonly threshold: number
}

/** An ID for a new set, from five random bytes. */
export function newShareSetId(random: (bytes: number) => Buffer): string {
  return toBase32(random(5))
}

export function writeShares(secret: Buffer, set: ShareSet, random: (bytes: number) => Buffer): string[] {
  return splitSecret(secret, set, random).map((share) => {
    const payload = Buffer.concat([Buffer.of(set.threshold), share.bytes])
    const text = toBase32(Buffer.concat([payload, checksumOf(set.id, share.index, payload)]))
    return `SIGNET-${set.id}-${share.index}-${text.match(/.{5}/g)?.join('-')}`
  })
}

interface ReadShare extends ShamirShare {
  readonly setId: string
  readonly threshold: number
}

/**
 * Takes shares one by one, in any order, until there are enough. What is wrong with a share is told by its number and
 * its set; nothing of its content is repeated.
 */
export class ShareCollector {
  readonly #shares = new Map<number, ReadShare>()

  /** The set of the shares so far. */
  get setId(): string | undefined {
    return this.#first?.setId
  }

  /** How many more are needed; undefined before the first. */
  get missing(): number | undefined {
    const first = this.#first
    return first && Math.max(0, first.threshold - this.#shares.size)
  }

  /** @throws StartupError that names the share */
  add(line: string): void {
    const share = readShare(line)
    const first = this.#first
    if (first && first.setId !== share.setId) {
      throw new StartupError(
        `share ${share.index} is of set ${share.setId}, share ${first.index} of set ${first.setId}: give shares of one set`,
      )
    }
    this.#shares.set(share.index, share)
  }

  /** The secret, if the shares are what they say. @throws StartupError when there are too few */
  combine(): Buffer {
    const { missing } = this
    if (missing === undefined) throw new StartupError('no share was given: give one a line on standard input')
    if (missing > 0) {
      throw new StartupError(
        `${this.#shares.size} share of set ${this.setId} is not enough: ${missing} more ${missing === 1 ? 'is' : 'are'} needed`,
      )
    }
    return combineShares([...this.#shares.values()])
  }

  get #first(): ReadShare | undefined {
    return this.#shares.values().next().value
  }
}

function readShare(line: string): ReadShare {
  const letters = line.toUpperCase().replaceAll(/[^0-9A-Z-]/g, '')
  const [word, set = '', number = '', ...groups] = letters.split('-')
  const setId = readable(set)
  const index = Number(readable(number))
  if (word !== 'SIGNET' || !setIdPattern.test(setId) || !(index >= 1 && index <= 255)) {
    throw new StartupError('a line is no recovery share: one begins with SIGNET-, its set and its number')
  }
  const bytes = fromBase32(readable(groups.join('')))
  const payload = bytes?.subarray(0, 1 + recoverySecretBytes)
  const checksum = bytes?.subarray(1 + recoverySecretBytes)
  if (!payload || checksum?.length !== checksumBytes || !timingSafeEqual(checksum, checksumOf(setId, index, payload))) {
    throw new StartupError(`share ${index} of set ${setId} is mistyped: its checksum does not fit`)
  }
  return { setId, index, threshold: payload.readUInt8(0), bytes: Buffer.from(payload.subarray(1)) }
}

function checksumOf(setId: string, index: number, payload: Buffer): Buffer {
  const digest = createHash('sha256').update(`signet recovery share|${setId}|${index}|`).update(payload).digest()
  return digest.subarray(0, checksumBytes)
}

const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/** Letters that look like digits are read as those. */
function readable(text: string): string {
  return text.replaceAll('O', '0').replaceAll(/[IL]/g, '1')
}

function toBase32(bytes: Buffer): string {
  let bits = ''
  for (const byte of bytes) bits += byte.toString(2).padStart(8, '0')
  return (bits.match(/.{1,5}/g) ?? []).map((five) => alphabet.charAt(Number.parseInt(five.padEnd(5, '0'), 2))).join('')
}

/** Whole bytes only; undefined for a letter outside the alphabet and for left-over bits that are not zero. */
function fromBase32(text: string): Buffer | undefined {
  let bits = ''
  for (const letter of text) {
    const value = alphabet.indexOf(letter)
    if (value < 0) return undefined
    bits += value.toString(2).padStart(5, '0')
  }
  const whole = bits.length - (bits.length % 8)
  if (bits.slice(whole).includes('1')) return undefined
  return Buffer.from((bits.slice(0, whole).match(/.{8}/g) ?? []).map((eight) => Number.parseInt(eight, 2)))
}
