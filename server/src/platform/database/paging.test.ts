import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { fuzzRuns } from '../../../test/fuzz.ts'
import { Cursors } from './paging.ts'

const cursors = new Cursors(randomBytes(32))
const { nextCursor } = cursors.page(
  [
    ['b', 'two'],
    ['c', 'three'],
  ],
  {
    ...{ list: 'instances', limit: 1 },
    keyOf: (row) => row,
    map: (row) => row,
  },
)
const given = nextCursor ?? ''

it('a cursor leads the list that gave it out to where it stood, and no other list', () => {
  expect(cursors.read('instances', given)).toEqual(['b', 'two'])
  expect(() => cursors.read('audit', given)).toThrow('not one that this list gave out')
})

it('any text is refused as a cursor, or leads where the one did that it was made from (SEC-187)', () => {
  const edited = fc
    .record({ at: fc.nat({ max: given.length - 1 }), to: fc.string({ unit: 'binary', maxLength: 3 }) })
    .map(({ at, to }) => given.slice(0, at) + to + given.slice(at + 1))
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary', maxLength: 100 }), edited), (cursor) => {
      try {
        expect(cursors.read('instances', cursor)).toEqual(['b', 'two'])
        // Letters that base64url skips, and the bits it has to spare at the end of the tag.
        expect(cursor.split('.')[0]).toBe(given.split('.')[0])
      } catch (error) {
        expect(error).toMatchObject({ code: 'invalid_request' })
      }
    }),
    { numRuns: fuzzRuns(500) },
  )
})
