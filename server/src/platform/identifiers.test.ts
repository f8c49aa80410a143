import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FakeClock } from './clock.ts'
import { newGuid, newSecret, randomShare, SequentialIds } from './identifiers.ts'

const uuidV7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

describe('sequential IDs', () => {
  it('rise strictly, even when the clock stands still or steps back', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -5_000, max: 5_000 }), { maxLength: 50 }), (jumps) => {
        const clock = new FakeClock()
        const ids = new SequentialIds(clock)
        let last = ids.next()
        for (const jump of jumps) {
          clock.advance(jump)
          const next = ids.next()
          expect(next).toMatch(uuidV7)
          expect(next > last).toBe(true)
          last = next
        }
      }),
    )
  })

  it('rise strictly through ten thousand in one millisecond', () => {
    const ids = new SequentialIds(new FakeClock())
    const made = Array.from({ length: 10_000 }, () => ids.next())
    expect(made).toEqual([...made].sort())
    expect(new Set(made).size).toBe(made.length)
  })

  it('carry the time they were made at', () => {
    const clock = new FakeClock(Date.UTC(2026, 0, 1))
    const hex = new SequentialIds(clock).next().replaceAll('-', '').slice(0, 12)
    expect(Number.parseInt(hex, 16)).toBe(Date.UTC(2026, 0, 1))
  })
})

describe('random values', () => {
  it('are of the size asked for and never the same', () => {
    expect(Buffer.from(newSecret(32), 'base64url')).toHaveLength(32)
    expect(newSecret(32)).not.toBe(newSecret(32))
    expect(newGuid()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  })

  it('share lies in [0, 1)', () => {
    for (let index = 0; index < 1_000; index += 1) {
      const share = randomShare()
      expect(share >= 0 && share < 1).toBe(true)
    }
  })
})
