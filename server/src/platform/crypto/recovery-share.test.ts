import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { StartupError } from '../signet-error.ts'
import { newShareSetId, ShareCollector, writeShares } from './recovery-share.ts'

const secret = randomBytes(32)
const set = { id: newShareSetId(randomBytes), shares: 3, threshold: 2 }
const shares = writeShares(secret, set, randomBytes)
const [one = '', two = '', three = ''] = shares

function collected(...lines: string[]): ShareCollector {
  const collector = new ShareCollector()
  for (const line of lines) collector.add(line)
  return collector
}

describe('recovery shares', () => {
  it.each([
    ['one and two', one, two],
    ['one and three', one, three],
    ['three and two', three, two],
  ])('give the secret by %s (SEC-58)', (_which, ...lines) => {
    const collector = collected(...lines)
    expect(collector.missing).toBe(0)
    expect(collector.setId).toBe(set.id)
    expect(collector.combine().equals(secret)).toBe(true)
  })

  it('are read in lower case, with spaces, and with letters for digits', () => {
    const sloppy = (line: string) => ` ${line.toLowerCase().replaceAll('0', 'o').replaceAll('1', 'l')} `
    expect(collected(sloppy(one).replaceAll('-', ' - '), sloppy(two)).combine().equals(secret)).toBe(true)
  })

  it('are not enough when one is given, or one twice (SEC-58)', () => {
    expect(() => collected().combine()).toThrow('no share was given')
    expect(() => collected(one).combine()).toThrow(`1 share of set ${set.id} is not enough: 1 more is needed`)
    expect(() => collected(one, one).combine()).toThrow('1 more is needed')
  })

  it('of two sets are told apart by number and set (SEC-58)', () => {
    const other = { ...set, id: newShareSetId(randomBytes) }
    const [foreign = ''] = writeShares(secret, other, randomBytes)
    expect(() => collected(two, foreign)).toThrow(
      `share 1 is of set ${other.id}, share 2 of set ${set.id}: give shares of one set`,
    )
  })

  it('with any one letter mistyped are named, and nothing of them is repeated (SEC-58)', () => {
    const letters = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
    fc.assert(
      fc.property(fc.nat({ max: one.length - 1 }), fc.constantFrom(...letters), (at, letter) => {
        const mistyped = one.slice(0, at) + letter + one.slice(at + 1)
        if (mistyped === one || one[at] === '-') return
        try {
          collected(mistyped)
        } catch (error) {
          expect(error).toBeInstanceOf(StartupError)
          expect(String(error)).toMatch(/is mistyped: its checksum does not fit|is no recovery share/)
          expect(String(error)).not.toContain(one.slice(-11))
          return
        }
        throw new Error('it was taken')
      }),
    )
  })

  it('cut short, run together or otherwise foreign are refused', () => {
    for (const line of [one.slice(0, -1), `${one}-00000`, one.replace('SIGNET', 'SIGNAL'), 'hello', '-', 'SIGNET-']) {
      expect(() => collected(line), line).toThrow(StartupError)
    }
  })
})
