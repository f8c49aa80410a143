import { rotationFields } from '@signet/shared/query/rotation-fields'
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
  present,
  within,
  wordIs,
} from '../platform/database/filter-sql.ts'
import { isInQueue, isLastFailure, isReviewed } from './rotation-review-store.ts'

/** IDs of credentials by the thumbprint somebody wrote; looked up before, since certificates are another domain's. */
export type CredentialsByThumbprint = ReadonlyMap<string, readonly string[]>

/** The condition that a filter puts on the rows of `rotation_runs`. */
export function rotationCondition(
  terms: readonly Term[],
  nowMs: number,
  credentials: CredentialsByThumbprint = new Map(),
): Condition {
  return allOf(
    terms.map((term) => {
      const condition = term.kind === 'text' ? textCondition(term.text) : fieldCondition(term, nowMs, credentials)
      return term.negated ? not(condition) : condition
    }),
  )
}

/** The thumbprints that a filter names. */
export function thumbprintsIn(terms: readonly Term[]): string[] {
  return terms.flatMap((term) => (term.kind === 'field' && term.field === 'thumbprint' ? term.values : []))
}

/** Bare words look into names; what looks like the beginning of an ID also finds that. */
function textCondition(text: string): Condition {
  const inNames = ['principal_name', 'actor_label', 'error_code'].map((name) => contains(column(name), text))
  const isIdStart = /^[0-9a-f][0-9a-f-]{7,35}$/i.test(text)
  const byId = isIdStart ? ['principal_id', 'id'].map((name) => wordIs(column(name), `${text}*`)) : []
  return anyOf([...inNames, ...byId])
}

type Field = (typeof rotationFields)[number]['name']
const wordColumns: Partial<Record<Field, string>> = {
  identity: 'principal_id',
  instance: 'principal_name',
  actor: 'actor_label',
  error: 'error_code',
}

function fieldCondition(term: FieldTerm, nowMs: number, credentials: CredentialsByThumbprint): Condition {
  const spec = rotationFields.find(({ name }) => name === term.field)
  switch (spec?.name) {
    case 'trigger':
      return oneOf(column('trigger'), term.values)
    case 'state':
      return oneOf(column('state'), term.values)
    case 'open':
      return anyOf(term.values.map((value) => present(column('finished_at'), value === 'no')))
    case 'last-failure':
      return anyOf(term.values.map((value) => (value === 'yes' ? isLastFailure : not(isLastFailure))))
    case 'queue':
      return anyOf(term.values.map((value) => (value === 'yes' ? isInQueue : not(isInQueue))))
    case 'reviewed':
      return anyOf(term.values.map((value) => (value === 'yes' ? isReviewed : not(isReviewed))))
    case 'attempt':
      return numberIs(column('attempt'), term.operator, term.values.map(Number))
    case 'requested':
      return anyOf(timeRanges(term, spec.direction, nowMs).map((range) => within(column('created_at'), range)))
    case 'finished':
      return anyOf(timeRanges(term, spec.direction, nowMs).map((range) => within(column('finished_at'), range)))
    case 'thumbprint': {
      const ids = term.values.flatMap((value) => credentials.get(value) ?? [])
      return anyOf([oneOf(column('from_credential_id'), ids), oneOf(column('to_credential_id'), ids)])
    }
    default: {
      const name = spec && wordColumns[spec.name]
      return anyOf(name === undefined ? [] : term.values.map((value) => wordIs(column(name), value)))
    }
  }
}
