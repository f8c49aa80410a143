import type { FieldTerm } from '@signet/shared/query/terms'
import { asksForNever, type TimeRange, timeRanges } from '@signet/shared/query/time-values'
import { hourMs } from '@signet/shared/vocabulary/time'
import { allOf, anyOf, type Condition, column, within } from './filter-sql.ts'
import { differs, exactly } from './match-sql.ts'

// Conditions on when something was used: `token_key` holds the hour of its newest token, and 0 when it never got one.

/** A term of the field `last-token`. */
export function lastTokenIs(term: FieldTerm, nowMs: number): Condition {
  return instantIs('token_key', term, nowMs)
}

/** The same of any column that holds instants by the hour or finer, and 0 for never. */
export function instantIs(name: string, term: FieldTerm, nowMs: number): Condition {
  const ranges = timeRanges(term, 'past', nowMs).map(byHour)
  const happened = allOf([anyOf(ranges.map((range) => within(column(name), range))), differs(column(name), 0)])
  return asksForNever(term) ? anyOf([happened, exactly(column(name), 0)]) : happened
}

/** A term of the field `unused`: since the newest token, or since `created_at` where there is none. */
export function unusedIs(term: FieldTerm, nowMs: number): Condition {
  return anyOf(
    timeRanges(term, 'past', nowMs)
      .map(byHour)
      .map(({ from, until }) => {
        const later = ['token_key', 'created_at'].map(column)
        // Each side on its own, so that an index can find the rows.
        const isBefore = until === undefined ? [] : later.map((each) => within(each, { until }))
        const isAfter = from === undefined ? [] : [anyOf(later.map((each) => within(each, { from })))]
        return allOf([...isBefore, ...isAfter])
      }),
  )
}

/** The hour that has a bound in it counts as after it. */
function byHour({ from, until }: TimeRange): TimeRange {
  const floor = (at: number) => Math.floor(at / hourMs) * hourMs
  return { ...(from !== undefined && { from: floor(from) }), ...(until !== undefined && { until: floor(until) }) }
}
