/** One value of a DER encoding. */
export interface DerNode {
  /** The identifier octet: class, constructed bit and number; numbers above 30 are not read. */
  readonly tag: number
  /** The whole encoding, header included. */
  readonly bytes: Buffer
  readonly content: Buffer
  /** Empty for a primitive value. */
  readonly children: readonly DerNode[]
}

export const derTag = {
  integer: 0x02,
  bitString: 0x03,
  null: 0x05,
  objectIdentifier: 0x06,
  sequence: 0x30,
  set: 0x31,
  contextConstructed0: 0xa0,
} as const

const boolean = 0x01
const enumerated = 0x0a
const deepestNesting = 16
/** Universal types that are always constructed, and those that DER allows in primitive form only (X.690 §10.2). */
const constructedTypes = new Set([0x08, 0x0b, 0x10, 0x11])

/** What is wrong with the bytes, in a few words that may be shown. */
export class DerError extends Error {}

/**
 * Reads exactly one value of strict DER (X.690 §8, §10, §11): definite lengths in their shortest form, nothing after the
 * end, minimal integers, clean bit strings, sorted sets, at most 16 levels. Work is linear in the number of bytes.
 *
 * @throws DerError
 */
export function readDer(bytes: Buffer): DerNode {
  const { node, end } = readNode(bytes, 0, 1)
  if (end !== bytes.length) throw new DerError('bytes follow its end')
  return node
}

function readNode(bytes: Buffer, start: number, depth: number): { node: DerNode; end: number } {
  if (depth > deepestNesting) throw new DerError(`it is nested more than ${deepestNesting} deep`)
  const tag = octet(bytes, start)
  if ((tag & 0x1f) === 0x1f) throw new DerError('it has a tag number above 30')
  const { length, headerLength } = readLength(bytes, start + 1)
  const contentStart = start + 1 + headerLength
  const end = contentStart + length
  if (end > bytes.length) throw new DerError('it is cut short')
  const content = bytes.subarray(contentStart, end)
  const isConstructed = (tag & 0x20) !== 0
  requireForm(tag, isConstructed)
  const children = isConstructed ? readChildren(bytes, contentStart, end, depth + 1) : []
  if (tag === derTag.set) requireSorted(children)
  if (!isConstructed) requirePrimitive(tag, content)
  return { node: { tag, bytes: bytes.subarray(start, end), content, children }, end }
}

function readChildren(bytes: Buffer, start: number, end: number, depth: number): DerNode[] {
  const children: DerNode[] = []
  const content = bytes.subarray(0, end)
  for (let at = start; at < end; ) {
    const child = readNode(content, at, depth)
    children.push(child.node)
    at = child.end
  }
  return children
}

/** X.690 §10.1: definite, and in as few octets as possible; more than 64 KiB is never read. */
function readLength(bytes: Buffer, at: number): { length: number; headerLength: number } {
  const first = octet(bytes, at)
  if (first < 0x80) return { length: first, headerLength: 1 }
  const octets = first & 0x7f
  if (octets === 0) throw new DerError('it has an indefinite length')
  if (octets > 2) throw new DerError('it has a length of more than two octets')
  const length = octets === 1 ? octet(bytes, at + 1) : (octet(bytes, at + 1) << 8) | octet(bytes, at + 2)
  if (length < (octets === 1 ? 0x80 : 0x100)) throw new DerError('it has a length longer than needed')
  return { length, headerLength: 1 + octets }
}

function requireForm(tag: number, isConstructed: boolean): void {
  const isUniversal = (tag & 0xc0) === 0
  if (!isUniversal) return
  const number = tag & 0x1f
  if (number === 0) throw new DerError('it has an end-of-contents mark')
  if (constructedTypes.has(number) !== isConstructed) throw new DerError('a value has the wrong form')
}

function requirePrimitive(tag: number, content: Buffer): void {
  if (tag === boolean && (content.length !== 1 || (content[0] !== 0x00 && content[0] !== 0xff))) {
    throw new DerError('a boolean is neither 00 nor FF')
  }
  if (tag === derTag.null && content.length !== 0) throw new DerError('a null has content')
  if (tag === derTag.integer || tag === enumerated) requireInteger(content)
  if (tag === derTag.bitString) requireBitString(content)
  if (tag === derTag.objectIdentifier) requireObjectIdentifier(content)
}

/** X.690 §8.3.2: the first nine bits are never all alike. */
function requireInteger(content: Buffer): void {
  const [first, second = 0] = content
  if (first === undefined) throw new DerError('an integer is empty')
  const isPadded = content.length > 1 && ((first === 0x00 && second < 0x80) || (first === 0xff && second >= 0x80))
  if (isPadded) throw new DerError('an integer is longer than needed')
}

/** X.690 §11.2: bits that are not used are zero. */
function requireBitString(content: Buffer): void {
  const [unused] = content
  if (unused === undefined || unused > 7 || (content.length === 1 && unused > 0)) {
    throw new DerError('a bit string has an impossible number of unused bits')
  }
  const last = content.at(-1) ?? 0
  if (content.length > 1 && (last & ((1 << unused) - 1)) !== 0) throw new DerError('a bit string has unused bits set')
}

/** X.690 §8.19: each number in as few octets as possible, and the last one ends. */
function requireObjectIdentifier(content: Buffer): void {
  if (content.length === 0 || ((content.at(-1) ?? 0x80) & 0x80) !== 0) {
    throw new DerError('an object identifier does not end')
  }
  let isFirst = true
  for (const byte of content) {
    if (isFirst && byte === 0x80) throw new DerError('an object identifier is longer than needed')
    isFirst = (byte & 0x80) === 0
  }
}

/** X.690 §11.6: elements of a set come in ascending order of their encodings. */
export function requireSorted(elements: readonly DerNode[]): void {
  for (const [index, element] of elements.entries()) {
    const before = elements[index - 1]
    if (before && Buffer.compare(before.bytes, element.bytes) > 0) throw new DerError('a set is not sorted')
  }
}

function octet(bytes: Buffer, at: number): number {
  const value = bytes[at]
  if (value === undefined) throw new DerError('it is cut short')
  return value
}
