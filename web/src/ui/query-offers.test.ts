import { instanceFields } from '@signet/shared/query/instance-fields'
import { expect, test } from 'vitest'
import { offersFor } from './query-offers.ts'

const counts = { state: { on: 3 }, tag: { 'env=prod': 2, 'env=test': 1 } }
const inserts = (text: string) => offersFor(text, instanceFields, counts).map((offer) => offer.insert)

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
  expect(offersFor('state:on', instanceFields, counts)[0]).toMatchObject({ label: 'on', count: 3 })
})

test('a time is offered in words', () => {
  expect(offersFor('last-token:', instanceFields, counts).map((offer) => offer.hint)).toContain('more than 30 days ago')
})
