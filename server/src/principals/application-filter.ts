import { applicationFields } from '@signet/shared/query/application-fields'
import type { FieldTerm, Term } from '@signet/shared/query/terms'
import { timeRanges } from '@signet/shared/query/time-values'
import {
  allOf,
  anyOf,
  type Condition,
  column,
  contains,
  not,
  oneOf,
  within,
  wordIs,
} from '../platform/database/filter-sql.ts'
import type { Principal } from './principal.ts'

const states: Record<string, Principal['state']> = { enabled: 'enabled', paused: 'suspended', deleted: 'deleted' }

/** The condition that a filter puts on principals; one that names no state leaves the deleted out. */
export function applicationCondition(terms: readonly Term[], nowMs: number): Condition {
  const conditions = terms.map((term) => {
    const condition = term.kind === 'text' ? textCondition(term.text) : fieldCondition(term, nowMs)
    return term.negated ? not(condition) : condition
  })
  const namesState = terms.some((term) => term.kind === 'field' && term.field === 'state')
  return allOf(namesState ? conditions : [...conditions, oneOf(column('state'), ['enabled', 'suspended'])])
}

/** Bare words look into names; what looks like the beginning of an ID also finds that. */
function textCondition(text: string): Condition {
  const isIdStart = /^[0-9a-f][0-9a-f-]{7,35}$/i.test(text)
  const byId = isIdStart ? ['object_id', 'client_id'].map((name) => wordIs(column(name), `${text}*`)) : []
  return anyOf([contains(column('name_key'), text.toLowerCase()), ...byId])
}

function fieldCondition(term: FieldTerm, nowMs: number): Condition {
  const spec = applicationFields.find(({ name }) => name === term.field)
  switch (spec?.name) {
    case 'state':
      return oneOf(
        column('state'),
        term.values.flatMap((value) => states[value] ?? []),
      )
    case 'principal':
      return anyOf(term.values.map((value) => wordIs(column('object_id'), value)))
    case 'client':
      return anyOf(term.values.map((value) => wordIs(column('client_id'), value)))
    case 'created':
      return anyOf(timeRanges(term, spec.direction, nowMs).map((range) => within(column('created_at'), range)))
    default:
      return anyOf([])
  }
}
