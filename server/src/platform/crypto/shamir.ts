/**
 * Shamir's secret sharing over GF(2^8), byte by byte: any `threshold` of the shares give the secret, fewer say nothing
 * about it. No share is authenticated here; whoever combines them has to know the secret when he sees it.
 */

/** One point of the polynomials: `index` is x, 1 to 255; `bytes` has a y for each byte of the secret. */
export interface ShamirShare {
  readonly index: number
  readonly bytes: Buffer
}

/**
 * @param random gives that many unpredictable bytes
 * @throws RangeError unless 2 ≤ threshold ≤ shares ≤ 255
 */
export function splitSecret(
  secret: Uint8Array,
  options: { shares: number; threshold: number },
  random: (bytes: number) => Buffer,
): ShamirShare[] {
  const { shares, threshold } = options
  const isSound = Number.isInteger(shares) && Number.isInteger(threshold)
  if (!isSound || threshold < 2 || shares < threshold || shares > 255) {
    throw new RangeError('between 2 and 255 shares, and a threshold from 2 to their number')
  }
  const coefficients: Buffer[] = [Buffer.from(secret)]
  while (coefficients.length < threshold) coefficients.push(random(secret.length))
  const points = Array.from({ length: shares }, (_, place) => ({
    index: place + 1,
    bytes: evaluate(coefficients, place + 1),
  }))
  for (const coefficient of coefficients) coefficient.fill(0)
  return points
}

/** The polynomials at zero: the secret when there are enough shares of one split, and otherwise noise. */
export function combineShares(shares: readonly ShamirShare[]): Buffer {
  const length = shares[0]?.bytes.length ?? 0
  const secret = Buffer.alloc(length)
  for (const share of shares) {
    const weight = weightAtZero(share, shares)
    for (let at = 0; at < length; at += 1) secret[at] = (secret[at] ?? 0) ^ multiply(share.bytes[at] ?? 0, weight)
  }
  return secret
}

/** Horner's rule, the highest coefficient first. */
function evaluate(coefficients: readonly Buffer[], x: number): Buffer {
  const result = Buffer.alloc(coefficients[0]?.length ?? 0)
  for (const coefficient of coefficients.toReversed()) {
    for (let at = 0; at < result.length; at += 1) {
      result[at] = multiply(result[at] ?? 0, x) ^ (coefficient[at] ?? 0)
    }
  }
  return result
}

/** Lagrange's basis polynomial of one share at zero; subtraction is XOR here. */
function weightAtZero(share: ShamirShare, shares: readonly ShamirShare[]): number {
  return shares
    .filter((other) => other !== share)
    .reduce((weight, other) => multiply(weight, multiply(other.index, invert(other.index ^ share.index))), 1)
}

/** Product modulo x^8 + x^4 + x^3 + x + 1, with masks in place of branches. */
function multiply(left: number, right: number): number {
  let product = 0
  let shifted = left
  for (let bit = 0; bit < 8; bit += 1) {
    product ^= shifted & -((right >> bit) & 1)
    shifted = ((shifted << 1) ^ (0x11b & -(shifted >> 7))) & 0xff
  }
  return product & 0xff
}

/** The inverse is the 254th power, since every element but zero has order 255. */
function invert(value: number): number {
  let power = 1
  for (let step = 0; step < 254; step += 1) power = multiply(power, value)
  return power
}
