import { expect, test } from 'vitest'
import { paceWords, shareWords } from './overview-words.ts'

test.each([
  [0, undefined],
  [23, undefined],
  [24, '1.0/h'],
  [1_440, '1.0/min'],
  [354_240, '4.1/s'],
  [86_400_000, '1,000/s'],
])('says the pace of %i in a day as %s', (count, words) => {
  expect(paceWords(count)).toBe(words)
})

test.each([
  [0, 0, '0 %'],
  [0, 9, '0 %'],
  [1, 9_999, 'below 0.1 %'],
  [3, 1_000, '0.3 %'],
  [5, 5, '100.0 %'],
])('says %i of %i as %s', (part, whole, words) => {
  expect(shareWords(part, whole)).toBe(words)
})
