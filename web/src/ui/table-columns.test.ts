import { expect, test } from 'vitest'
import { defaultLayout, readLayout, tracksOf, withMoved, withToggled, withWidth, writeLayout } from './table-columns.ts'

const columns = [
  { id: 'name', header: 'Name', cell: () => null, width: 200 },
  { id: 'agent', header: 'Agent', cell: () => null, width: 100 },
  { id: 'os', header: 'OS', cell: () => null, isExtra: true },
] as const
const usual = defaultLayout(columns)

test('a layout survives the address, and the usual one needs none', () => {
  expect(writeLayout(usual, columns)).toBeUndefined()
  const layout = withWidth(withMoved(withToggled(usual, 'os'), 'os', -1), 'agent', 220)
  const text = writeLayout(layout, columns)
  expect(text).toBe('name,os,agent:220')
  expect(readLayout(text, columns).layout).toEqual(layout)
})

test('what an address has wrong is named, left out and clamped', () => {
  expect(readLayout('agent:9999,colour,agent', columns)).toEqual({
    layout: [{ id: 'name' }, { id: 'agent', width: 800 }],
    unknown: ['colour'],
  })
})

test('the first column leads whatever happens', () => {
  expect(withMoved(usual, 'name', 1)).toEqual(usual)
  expect(withMoved(usual, 'agent', -1)).toEqual(usual)
})

test('columns share the room in proportion, except those with a width of their own', () => {
  expect(tracksOf(withWidth(usual, 'agent', 80), columns, { before: 40, after: 0 })).toEqual({
    template: '40px minmax(200px, 200fr) 80px',
    leastWidth: 320,
  })
})
