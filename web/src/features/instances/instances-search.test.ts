import { expect, test } from 'vitest'
import { readSearch } from './instances-search.ts'

test('an address without parameters is the usual list', () => {
  expect(readSearch({})).toMatchObject({ filter: '', isReadable: true, sort: 'name', complaints: [] })
})

test('what an address has wrong falls back and is said', () => {
  const read = readSearch({ q: 'stat:on', sort: 'colour', cols: 'name,colour' })
  expect(read).toMatchObject({ filter: 'stat:on', isReadable: false, sort: 'name' })
  expect(read.complaints).toEqual(['There is no column “colour”.', 'Nothing can be sorted by “colour”.'])
  expect(read.layout).toEqual([{ id: 'name' }])
})
