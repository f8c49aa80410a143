import type { FieldTerm, Term } from '@signet/shared/query/terms'
import { timeRanges } from '@signet/shared/query/time-values'
import { usageFields } from '@signet/shared/query/usage-fields'
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
import { instantIs, lastTokenIs, unusedIs } from '../platform/database/use-sql.ts'
import { stateWords } from './application-summary.ts'
import { notDeleted } from './use-list-store.ts'

/** The condition that a filter puts on principals; one that names no state leaves the deleted out. */
export function useCondition(terms: readonly Term[], nowMs: number): Condition {
  const conditions = terms.map((term) => {
    const condition = term.kind === 'text' ? textCondition(term.text) : fieldCondition(term, nowMs)
    return term.negated ? not(condition) : condition
  })
  const namesState = terms.some((term) => term.kind === 'field' && term.field === 'state')
  return allOf(namesState ? conditions : [...conditions, notDeleted])
}

/** Bare words look into names; what looks like the beginning of an ID also finds that. */
function textCondition(text: string): Condition {
  const isIdStart = /^[0-9a-f][0-9a-f-]{7,35}$/i.test(text)
  const byId = isIdStart ? ['object_id', 'client_id'].map((name) => wordIs(column(name), `${text}*`)) : []
  return anyOf([contains(column('name_key'), text.toLowerCase()), ...byId])
}

function fieldCondition(term: FieldTerm, nowMs: number): Condition {
  const spec = usageFields.find(({ name }) => name === term.field)
  const each = (conditionOf: (value: string) => Condition) => anyOf(term.values.map(conditionOf))
  switch (spec?.name) {
    case 'name':
      return each((value) => wordIs(column('name_key'), value.toLowerCase()))
    case 'kind':
      return oneOf(column('kind'), term.values)
    case 'state':
      return oneOf(
        column('state'),
        Object.entries(stateWords).flatMap(([stored, word]) => (term.values.includes(word) ? [stored] : [])),
      )
    case 'last-token':
      return lastTokenIs(term, nowMs)
    case 'unused':
      return unusedIs(term, nowMs)
    case 'new-host':
      return instantIs('new_host_key', term, nowMs)
    case 'principal':
      return each((value) => wordIs(column('object_id'), value))
    case 'created':
      return anyOf(timeRanges(term, spec.direction, nowMs).map((range) => within(column('created_at'), range)))
    default:
      return anyOf([])
  }
}
