import { instanceFields } from '@signet/shared/query/instance-fields'
import { expect, test } from 'vitest'
import { offersFor } from './query-offers.ts'

const counts = { state: { on: 3 }, tag: { 'env=prod': 2, 'env=test': 1 } }
const words = { state: { on: 'On', enabling: 'Turning on…' } }
const known = { counts, words }
const inserts = (text: string) => offersFor(text, instanceFields, known).map((offer) => offer.insert)

test.each([
  ['sta', ['state:']],
  ['-sta', ['-state:']],
  ['certificate', ['expires:']],
  ['kind:vm sta', ['state:']],
  ['state:de', ['state:degraded']],
  ['state:on,de', ['state:on,degraded']],
  ['-state:of', ['-state:off']],
  ['tag:prod', ['tag:env=prod']],
  ['expires:<7', ['expires:<7d']],
  ['expires<30', ['expires:<30d']],
  ['created:>9', ['created:>90d']],
  ['stat:on', []],
])('after %j come %j', (text, expected) => {
  expect(inserts(text)).toEqual(expected)
})

test('values carry how many rows they would leave', () => {
  expect(offersFor('state:on', instanceFields, known)[0]).toMatchObject({ label: 'On', hint: '', count: 3 })
})

test('values are offered in the words of the screen, and found by them', () => {
  const [offer] = offersFor('state:turn', instanceFields, known)
  expect(offer).toMatchObject({ label: 'Turning on…', isLiteral: false, hint: 'enabling', insert: 'state:enabling' })
  expect(offersFor('kind:ap', instanceFields, known)[0]).toMatchObject({ label: 'app', isLiteral: true })
})

test('a time is offered in words', () => {
  expect(offersFor('last-token:', instanceFields, known).map((offer) => offer.hint)).toContain('more than 30 days ago')
})
