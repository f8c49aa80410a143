import { expect, test } from 'vitest'
import { listOf, readListSearch } from './list-view.ts'

const list = listOf<{ id: string }, 'name' | '-name'>({
  label: 'Things',
  nouns: ['thing', 'things'],
  columns: [{ id: 'name', header: 'Name', cell: ({ id }) => id }],
  fields: [{ name: 'state', kind: 'word', title: 'State' }],
  sorts: ['name', '-name'],
  usualSort: 'name',
  mostNamed: 10,
  idOf: ({ id }) => id,
  nameOf: ({ id }) => id,
  versionOf: () => 1,
})

test('an address without parameters is the usual list', () => {
  expect(readListSearch({}, list)).toEqual({
    question: { filter: '', sort: 'name', enabled: true },
    layout: [{ id: 'name' }],
    complaints: [],
  })
})

test('what an address has wrong falls back and is said', () => {
  const read = readListSearch({ q: 'stat:on', sort: 'colour', cols: 'name,colour' }, list)
  expect(read.question).toEqual({ filter: 'stat:on', sort: 'name', enabled: false })
  expect(read.complaints).toEqual(['There is no column “colour”.', 'Nothing can be sorted by “colour”.'])
  expect(read.layout).toEqual([{ id: 'name' }])
})
