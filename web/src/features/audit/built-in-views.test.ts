import { auditFields } from '@signet/shared/query/audit-fields'
import { parseQuery } from '@signet/shared/query/query'
import { expect, test } from 'vitest'
import { builtInViews } from './built-in-views.ts'

test.each(builtInViews)('$name is a filter that can be read', ({ address }) => {
  expect(parseQuery(address.filter ?? '', auditFields).faults).toEqual([])
})
