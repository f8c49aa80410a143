import type { FieldTerm, Operator } from './terms.ts'

const unitMs: Record<string, number> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
  y: 31_536_000_000,
}
const duration = /^(\d{1,5})([smhdwy])$/
const date = /^\d{4}-\d{2}-\d{2}$/
const instant = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?Z$/

/** Whether a field looks back or ahead: what a duration counts from now. */
export type Direction = 'past' | 'future'

/** Whether `value` is a duration, a date or a UTC instant; a duration alone says nothing without `>` or `<`. */
export function isTimeValue(value: string, operator: Operator): boolean {
  if (duration.test(value)) return operator !== 'is'
  return (date.test(value) || instant.test(value)) && !Number.isNaN(Date.parse(value))
}

/** Stands for what has not happened, where a field allows it. */
export const neverValue = 'never'

/** Whether a term of a time field asks for what has not happened. */
export function asksForNever(term: FieldTerm): boolean {
  return term.operator === 'is' && term.values.includes(neverValue)
}

/** A half-open range of epoch milliseconds: `from` included, `until` not; an end that is missing is open. */
export interface TimeRange {
  readonly from?: number
  readonly until?: number
}

/** The instants a term of a time field stands for, one range for each of its values; dates are days in UTC. */
export function timeRanges(term: FieldTerm, direction: Direction, nowMs: number): TimeRange[] {
  const instants = term.values.filter((value) => value !== neverValue)
  return instants.map((value) => rangeOf(value, term.operator, direction, nowMs))
}

function rangeOf(value: string, operator: Operator, direction: Direction, nowMs: number): TimeRange {
  const [, amount, unit = ''] = duration.exec(value) ?? []
  if (amount !== undefined) return relative(Number(amount) * (unitMs[unit] ?? 0), operator, direction, nowMs)
  const start = Date.parse(value)
  const end = date.test(value) ? start + 86_400_000 : start + 1
  if (operator === 'above') return { from: end }
  if (operator === 'below') return { until: start }
  return { from: start, until: end }
}

/** `>7d` is further away than seven days, `<7d` nearer; what is nearer may lie on the other side of now. */
function relative(ms: number, operator: Operator, direction: Direction, nowMs: number): TimeRange {
  if (direction === 'past') return operator === 'above' ? { until: nowMs - ms } : { from: nowMs - ms }
  return operator === 'above' ? { from: nowMs + ms } : { until: nowMs + ms }
}
