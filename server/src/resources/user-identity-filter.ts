import type { FieldTerm, Term } from '@signet/shared/query/terms'
import { timeRanges } from '@signet/shared/query/time-values'
import { userIdentityFields } from '@signet/shared/query/user-identity-fields'
import {
  allOf,
  anyOf,
  type Condition,
  column,
  not,
  numberIs,
  oneOf,
  oneOfMany,
  present,
  within,
} from '../platform/database/filter-sql.ts'
import { has, same, someRow, startsWith } from '../platform/database/match-sql.ts'
import { lastTokenIs, unusedIs } from '../platform/database/use-sql.ts'
import { foldCase } from './resource-id.ts'

interface FilterFacts {
  readonly nowMs: number
  readonly broad: readonly string[]
}

/**
 * The condition that a filter puts on `user_identities`. Without a word about the state, deleted ones are left out.
 *
 * @param facts.broad those with a federated credential that trusts too much; a filter that does not ask needs none
 */
export function userIdentityCondition(terms: readonly Term[], facts: FilterFacts): Condition {
  const asksForState = terms.some((term) => term.kind === 'field' && term.field === 'state')
  return allOf([
    ...(asksForState ? [] : [present(column('deleted_at'), false)]),
    ...terms.map((term) => {
      const condition = term.kind === 'text' ? textCondition(foldCase(term.text)) : fieldCondition(term, facts)
      return term.negated ? not(condition) : condition
    }),
  ])
}

/** A bare word is part of the name or the group, or begins one of the IDs. */
function textCondition(word: string): Condition {
  return anyOf([
    has(column('name_key'), word),
    has(column('group_key'), word),
    startsWith(column('user_identities.id'), word),
    startsWith(column('client_id'), word),
  ])
}

function fieldCondition(term: FieldTerm, { nowMs, broad }: FilterFacts): Condition {
  const spec = userIdentityFields.find(({ name }) => name === term.field)
  switch (spec?.name) {
    case 'name':
      return wordCondition('name_key', term.values)
    case 'group':
      return wordCondition('group_key', term.values)
    case 'state':
      return oneOf(column('state'), term.values)
    case 'instances':
      return numberIs(column('instances'), term.operator, term.values.map(Number))
    case 'instance':
      return someRow('identity_assignments', [
        same(column('identity_assignments.principal_id'), column('user_identities.id')),
        someRow('service_instances', [
          same(column('service_instances.id'), column('identity_assignments.instance_id')),
          wordCondition('service_instances.name_key', term.values),
        ]),
      ])
    case 'broad':
      return anyOf(
        term.values.map((value) => {
          const isBroad = oneOfMany(column('user_identities.id'), broad)
          return value === 'yes' ? isBroad : not(isBroad)
        }),
      )
    case 'created':
      return anyOf(timeRanges(term, spec.direction, nowMs).map((range) => within(column('created_at'), range)))
    case 'last-token':
      return lastTokenIs(term, nowMs)
    case 'unused':
      return unusedIs(term, nowMs)
    case undefined:
      return oneOf(column('id'), [])
  }
}

function wordCondition(name: string, values: readonly string[]): Condition {
  return anyOf(
    values.map((value) => {
      const folded = foldCase(value)
      return folded.endsWith('*') ? startsWith(column(name), folded.slice(0, -1)) : oneOf(column(name), [folded])
    }),
  )
}
