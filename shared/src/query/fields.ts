import { closestTo } from './closest.ts'
import type { Operator } from './terms.ts'
import { type Direction, isTimeValue, neverValue } from './time-values.ts'

interface Named {
  /** Lower case, with dashes. */
  readonly name: string
  /** What the field holds, for the suggestions of the box. */
  readonly title: string
}

/** One of a closed set of words. */
export interface ChoiceField extends Named {
  readonly kind: 'choice'
  readonly values: readonly string[]
  /** Whether `identity.*` may stand for all words that begin so. */
  readonly prefixes?: boolean
}

/** Free text, compared without regard to case; a trailing `*` matches what begins with it. */
export interface WordField extends Named {
  readonly kind: 'word'
}

/** `key=value`, or `key` alone for any value. */
export interface TagField extends Named {
  readonly kind: 'tag'
}

/**
 * An instant. `>` and `<` compare, a date alone is that day. A duration counts from now into the past or the future,
 * as the field looks: `created:<7d` is less than 7 days ago, `expires:<7d` in less than 7 days.
 */
export interface TimeField extends Named {
  readonly kind: 'time'
  readonly direction: Direction
  /** Whether `never` may stand for what has not happened. */
  readonly never?: true
}

/** A whole number. */
export interface NumberField extends Named {
  readonly kind: 'number'
}

/** `yes` or `no`. */
export interface FlagField extends Named {
  readonly kind: 'flag'
}

/** A field that a list can be filtered by. */
export type FieldSpec = ChoiceField | WordField | TagField | TimeField | NumberField | FlagField

interface ValueFault {
  readonly message: string
  readonly suggestion?: string
}

/** Why `value` cannot stand after `field:` with that operator; undefined when it can. */
export function faultOfValue(spec: FieldSpec, operator: Operator, value: string): ValueFault | undefined {
  const isOrdered = spec.kind === 'time' || spec.kind === 'number'
  if (operator !== 'is' && !isOrdered) return { message: `${spec.name} cannot be compared with > or <.` }
  switch (spec.kind) {
    case 'choice':
      return faultOfChoice(spec, value)
    case 'flag':
      return value === 'yes' || value === 'no'
        ? undefined
        : { message: `${spec.name} is yes or no.`, suggestion: 'yes' }
    case 'number':
      return /^\d{1,15}$/.test(value) ? undefined : { message: `${spec.name} takes a whole number.` }
    case 'time':
      if (spec.never && operator === 'is' && value === neverValue) return undefined
      return isTimeValue(value, operator)
        ? undefined
        : {
            message: `${spec.name} takes a date such as 2026-12-01, or > or < with a duration such as 7d or 24h${spec.never ? ', or never' : ''}.`,
          }
    case 'tag':
      return /^[^=]+(=.*)?$/.test(value) ? undefined : { message: `${spec.name} takes key=value.` }
    case 'word':
      return undefined
  }
}

function faultOfChoice(spec: ChoiceField, value: string): ValueFault | undefined {
  if (spec.values.includes(value)) return undefined
  if (spec.prefixes && value.endsWith('*') && spec.values.some((each) => each.startsWith(value.slice(0, -1))))
    return undefined
  const suggestion = closestTo(value, spec.values)
  const offered = spec.values.length <= 12 ? ` It is one of ${spec.values.join(', ')}.` : ''
  return {
    message: `${spec.name} is never "${value}".${offered}`,
    ...(suggestion !== undefined && { suggestion }),
  }
}
