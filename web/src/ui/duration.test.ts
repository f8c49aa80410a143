import { describe, expect, test } from 'vitest'
import { durationWords, exactDurationWords, relativeWords } from './duration.ts'

const second = 1_000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

describe('durationWords', () => {
  test.each([
    [0, '0 ms'],
    [338, '338 ms'],
    [4_900, '4.9 s'],
    [41 * second, '41 s'],
    [90 * second, '1 min 30 s'],
    [12 * minute + 33 * second, '12 min'],
    [3 * hour + 20 * minute, '3 h 20 min'],
    [day, '1 d'],
    [2 * day + 5 * hour, '2 d 5 h'],
    [72 * day + 5 * hour, '72 d'],
  ])('says %i ms as %s', (ms, words) => {
    expect(durationWords(ms)).toBe(words)
  })

  test.each([
    [59_700, '1 min'],
    [day - 338, '1 d'],
    [90 * day - second, '90 d'],
    [999.6, '1 s'],
  ])('carries into the next unit when %i ms rounds up to it', (ms, words) => {
    expect(durationWords(ms)).toBe(words)
  })

  test('ignores the direction', () => {
    expect(durationWords(-5 * minute)).toBe('5 min')
  })
})

describe('relativeWords', () => {
  const now = 1_800_000_000_000

  test.each([
    [now - 500, 'just now'],
    [now - 41 * second, '41 s ago'],
    [now - 5 * minute, '5 min ago'],
    [now - 30 * hour, '30 h ago'],
    [now + 27 * day - second, 'in 27 d'],
    [now + 90 * second, 'in 1 min'],
  ])('says where an instant lies', (at, words) => {
    expect(relativeWords(at, now)).toBe(words)
  })
})

describe('exactDurationWords', () => {
  test.each([
    [0, '0 s'],
    [90 * day, '90 d'],
    [90 * day + hour, '90 d 1 h'],
    [day + 30 * minute + second + 5, '1 d 30 min 1 s 5 ms'],
    [-90 * second, '−1 min 30 s'],
  ])('says %d ms to the letter as %s', (span, words) => {
    expect(exactDurationWords(span)).toBe(words)
  })
})
