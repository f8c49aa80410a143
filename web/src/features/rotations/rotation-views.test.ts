import { parseQuery } from '@signet/shared/query/query'
import { rotationFields } from '@signet/shared/query/rotation-fields'
import { expect, test } from 'vitest'
import { builtInViews } from './rotation-views.tsx'

test.each(builtInViews)('$name is a filter that can be read', ({ address }) => {
  expect(parseQuery(address.filter ?? '', rotationFields).faults).toEqual([])
})
