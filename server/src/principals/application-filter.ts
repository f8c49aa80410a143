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
  numberIs,
  oneOf,
  within,
  wordIs,
} from '../platform/database/filter-sql.ts'
import { among, differs, exactly, same, someRow } from '../platform/database/match-sql.ts'
import { lastTokenIs, unusedIs } from '../platform/database/use-sql.ts'
import { neverMs } from './applications-store.ts'
import { endingSoonMs, recentUseMs } from './credential-expiry.ts'
import type { Principal } from './principal.ts'

const states: Record<string, Principal['state']> = { enabled: 'enabled', paused: 'suspended', deleted: 'deleted' }

const none = (name: string) => numberIs(column(name), 'is', [0])
const some = (name: string) => numberIs(column(name), 'above', [0])

/** What an application can authenticate with, each as a condition on its row. */
export const proofConditions: Record<string, Condition> = {
  secret: some('secrets'),
  certificate: some('certificates'),
  federated: some('federated'),
  none: allOf([none('secrets'), none('certificates'), none('federated')]),
}

const ofRules = { table: 'federated_credentials', column: 'principal_id' }
export const broadCondition: Condition = among(column('object_id'), ofRules, [exactly(column('broad'), 1)])

/** The same question as `endingCredentials`, of all applications at once: an index finds what ends, whatever else there is. */
export function expiringCondition(nowMs: number): Condition {
  const endsIn = (table: string, end: string, more: readonly Condition[]) => {
    const ends = [...more, within(column(`${table}.${end}`), { until: nowMs + endingSoonMs })]
    const needed = anyOf([
      within(column(`${table}.last_used_at`), { from: nowMs - recentUseMs }),
      allOf([same(column(`${table}.${end}`), column('expires_key')), none('federated')]),
    ])
    const own = same(column(`${table}.principal_id`), column('object_id'))
    return allOf([
      among(column('object_id'), { table, column: 'principal_id' }, ends),
      someRow(table, [own, ...ends, needed]),
    ])
  }
  const registered = [
    exactly(column('credentials.key_location'), 'external'),
    exactly(column('credentials.state'), 'active'),
  ]
  return anyOf([endsIn('client_secrets', 'expires_at', []), endsIn('credentials', 'not_after', registered)])
}

/** The condition that a filter puts on applications; one that names no state leaves the deleted out. */
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
  const each = (conditionOf: (value: string) => Condition) => anyOf(term.values.map(conditionOf))
  const flag = (condition: Condition) => each((value) => (value === 'yes' ? condition : not(condition)))
  switch (spec?.name) {
    case 'name':
      return each((value) => wordIs(column('name_key'), value.toLowerCase()))
    case 'state':
      return oneOf(
        column('state'),
        term.values.flatMap((value) => states[value] ?? []),
      )
    case 'proof':
      return each((value) => proofConditions[value] ?? anyOf([]))
    case 'expiring':
      return flag(expiringCondition(nowMs))
    case 'broad':
      return flag(broadCondition)
    case 'principal':
      return each((value) => wordIs(column('object_id'), value))
    case 'client':
      return each((value) => wordIs(column('client_id'), value))
    case 'expires':
      return timeCondition('expires_key', neverMs, term, spec.direction, nowMs)
    case 'last-token':
      return lastTokenIs(term, nowMs)
    case 'unused':
      return unusedIs(term, nowMs)
    case 'created':
      return timeCondition('created_at', 0, term, spec.direction, nowMs)
    default:
      return anyOf([])
  }
}

/** @param unknown what the column holds where there is no such instant */
function timeCondition(
  name: string,
  unknown: number,
  term: FieldTerm,
  direction: 'past' | 'future',
  nowMs: number,
): Condition {
  const ranges = timeRanges(term, direction, nowMs).map((range) => within(column(name), range))
  return allOf([anyOf(ranges), differs(column(name), unknown)])
}
