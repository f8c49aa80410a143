import { audienceFields } from '@signet/shared/query/audience-fields'
import type { FieldTerm, Term } from '@signet/shared/query/terms'
import { timeRanges } from '@signet/shared/query/time-values'
import {
  allOf,
  anyOf,
  type Condition,
  column,
  contains,
  not,
  numberIs,
  oneOf,
  someElement,
  within,
  wordIs,
} from '../platform/database/filter-sql.ts'

/** The condition that a filter puts on `resource_apps`. */
export function audienceCondition(terms: readonly Term[], nowMs: number): Condition {
  return allOf(
    terms.map((term) => {
      const condition = term.kind === 'text' ? textCondition(term.text) : fieldCondition(term, nowMs)
      return term.negated ? not(condition) : condition
    }),
  )
}

/** A bare word is part of the name, the URI or the application ID. */
function textCondition(text: string): Condition {
  return anyOf(['display_name', 'identifier_uri', 'app_id'].map((name) => contains(column(name), text)))
}

function fieldCondition(term: FieldTerm, nowMs: number): Condition {
  const spec = audienceFields.find(({ name }) => name === term.field)
  const flags = (yes: string, no: string) => term.values.map((value) => (value === 'yes' ? yes : no))
  switch (spec?.name) {
    case 'name':
      return anyOf(term.values.map((value) => wordIs(column('display_name'), value)))
    case 'uri':
      return anyOf(term.values.map((value) => wordIs(column('identifier_uri'), value)))
    case 'enabled':
      return oneOf(column('state'), flags('enabled', 'disabled'))
    case 'built-in':
      return numberIs(column('builtin'), 'is', flags('1', '0').map(Number))
    case 'assignment-required':
      return numberIs(column('assignment_required'), 'is', flags('1', '0').map(Number))
    case 'token-version':
      return numberIs(column('token_version'), term.operator, term.values.map(Number))
    case 'role':
      return anyOf(term.values.map((value) => someElement(column('app_roles'), 'value', value)))
    case 'created':
      return anyOf(timeRanges(term, spec.direction, nowMs).map((range) => within(column('created_at'), range)))
    case undefined:
      return oneOf(column('id'), [])
  }
}
