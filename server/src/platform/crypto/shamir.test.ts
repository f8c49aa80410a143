import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { combineShares, splitSecret } from './shamir.ts'

/** A secret, counts, and which shares are given. */
const splits = fc
  .tuple(fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.integer({ min: 2, max: 9 }), fc.integer({ min: 0, max: 7 }))
  .chain(([secret, threshold, more]) => {
    const all = Array.from({ length: threshold + more }, (_, place) => place)
    return fc.record({
      secret: fc.constant(Buffer.from(secret)),
      threshold: fc.constant(threshold),
      shares: fc.constant(all.length),
      chosen: fc.shuffledSubarray(all, { minLength: threshold }),
    })
  })

describe('a shared secret', () => {
  it('comes back from any threshold of its shares, or more, in any order (SEC-58)', () => {
    fc.assert(
      fc.property(splits, ({ secret, threshold, shares, chosen }) => {
        const points = splitSecret(secret, { shares, threshold }, randomBytes)
        expect(points.map((point) => point.index)).toEqual(Array.from({ length: shares }, (_, place) => place + 1))
        const given = points.filter((_, place) => chosen.includes(place))
        const ordered = chosen.map(
          (place) => given.find((point) => point.index === place + 1) ?? { index: 0, bytes: secret },
        )
        expect(combineShares(ordered).equals(secret)).toBe(true)
      }),
      { numRuns: 60 },
    )
  })

  it('is not told by fewer: each share is consistent with every secret, equally often (SEC-58)', () => {
    for (const secret of [0, 1, 0x53, 0xff]) {
      for (const index of [2, 3, 255]) {
        const seen = new Set<number>()
        for (let coefficient = 0; coefficient < 256; coefficient += 1) {
          const points = splitSecret(Buffer.of(secret), { shares: index, threshold: 2 }, () =>
            Buffer.of(coefficient),
          ).at(-1)
          seen.add(points?.bytes[0] ?? -1)
        }
        expect(seen.size).toBe(256)
      }
    }
  })

  it('does not come back from one share too few', () => {
    for (let run = 0; run < 50; run += 1) {
      const secret = randomBytes(32)
      const points = splitSecret(secret, { shares: 5, threshold: 3 }, randomBytes)
      expect(combineShares(points.slice(0, 2)).equals(secret)).toBe(false)
    }
  })

  it('multiplies as AES does: {57} times {83} is {c1}', () => {
    // With threshold 2 the share at x is secret + coefficient * x.
    const points = splitSecret(Buffer.of(0), { shares: 0x83, threshold: 2 }, () => Buffer.of(0x57))
    expect(points.at(-1)?.bytes[0]).toBe(0xc1)
  })

  it.each([
    [1, 1],
    [2, 3],
    [256, 2],
    [3, 1],
    [2.5, 2],
    [Number.NaN, 2],
  ])('in %d shares with threshold %d is refused', (shares, threshold) => {
    expect(() => splitSecret(Buffer.of(1), { shares, threshold }, randomBytes)).toThrow(RangeError)
  })
})
