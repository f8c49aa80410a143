import { expect, test } from 'vitest'
import { bandsOf, bandsWithin } from './bands.ts'

const day = { from: 0, until: 100 }
const night = { kind: 'blackout', policy: 'Default', from: 80, until: 140 } as const
const freeze = { kind: 'freeze', policy: null, from: -10, until: 20 } as const

test('marks what of a day blackouts and freezes take, those that touch as one, and says whose they are', () => {
  const morning = { ...night, from: 20, until: 30 }
  expect(bandsWithin([night, freeze, morning], day)).toEqual({
    shares: [
      { from: 0, until: 0.3 },
      { from: 0.8, until: 1 },
    ],
    words: '; freeze of all rotations, blackout of Default',
  })
  expect(bandsWithin([night], { from: 200, until: 300 })).toEqual({ shares: [], words: '' })
})

test('an identity is held back by what holds everything and by its own policy alone', () => {
  expect(bandsOf([night, freeze, { ...night, policy: 'payments' }], 'Default')).toEqual([night, freeze])
})
