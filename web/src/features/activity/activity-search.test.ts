import { expect, test } from 'vitest'
import { z } from 'zod'
import { activitySearch, questionOf } from './activity-search.ts'

const [from, to] = ['2030-01-01T00:00:00.000Z', '2030-01-02T00:00:00.000Z']

test('a stretch of time counts only with both of its ends, in order', () => {
  expect(questionOf({ from, to })).toMatchObject({ from: Date.parse(from), to: Date.parse(to) })
  for (const half of [{ from }, { to }, { from: to, to: from }, { from, to: from }, {}]) {
    expect(questionOf(half)).not.toHaveProperty('from')
  }
})

test('what the address says wrong is left out', () => {
  const read = z.object(activitySearch)
  expect(read.parse({ result: 'maybe', audience: '', from: 'yesterday', to })).toEqual({ to })
})
