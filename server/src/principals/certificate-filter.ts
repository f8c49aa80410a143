import { certificateFields } from '@signet/shared/query/certificate-fields'
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
  present,
  within,
  wordIs,
} from '../platform/database/filter-sql.ts'
import { among } from '../platform/database/match-sql.ts'

type Field = (typeof certificateFields)[number]['name']

const wordColumns: Partial<Record<Field, readonly string[]>> = {
  identity: ['principal_id'],
  name: ['principal_name'],
  instance: ['instance_name', 'instance_id'],
  actor: ['actor_label'],
}
const choiceColumns: Partial<Record<Field, string>> = {
  state: 'state',
  cause: 'cause',
  key: 'key_alg',
  location: 'key_location',
}
const timeColumns: Partial<Record<Field, readonly string[]>> = {
  expires: ['not_after'],
  issued: ['created_at'],
  used: ['last_used_at'],
  ended: ['retired_at', 'revoked_at'],
}

/** The condition that a filter puts on certificates of all identities. */
export function certificateCondition(terms: readonly Term[], nowMs: number): Condition {
  return allOf(
    terms.map((term) => {
      const condition = term.kind === 'text' ? textCondition(term.text) : fieldCondition(term, nowMs)
      return term.negated ? not(condition) : condition
    }),
  )
}

/** Bare words look into names; what looks like the beginning of an ID or a serial number also finds that. */
function textCondition(text: string): Condition {
  const inNames = ['principal_name', 'instance_name', 'actor_label'].map((name) => contains(column(name), text))
  const isIdStart = /^[0-9a-f][0-9a-f-]{7,39}$/i.test(text)
  const byId = isIdStart ? ['principal_id', 'id', 'serial'].map((name) => wordIs(column(name), `${text}*`)) : []
  return anyOf([...inNames, ...byId])
}

function fieldCondition(term: FieldTerm, nowMs: number): Condition {
  const spec = certificateFields.find(({ name }) => name === term.field)
  if (!spec) return anyOf([])
  const each = (conditionOf: (value: string) => Condition) => anyOf(term.values.map(conditionOf))
  const words = wordColumns[spec.name]
  if (words) return each((value) => anyOf(words.map((name) => wordIs(column(name), value))))
  const choice = choiceColumns[spec.name]
  if (choice !== undefined) return oneOf(column(choice), term.values)
  const times = timeColumns[spec.name]
  if (times && spec.kind === 'time') {
    const ranges = timeRanges(term, spec.direction, nowMs)
    return anyOf(times.flatMap((name) => ranges.map((range) => within(column(name), range))))
  }
  switch (spec.name) {
    case 'acknowledged':
      return each((value) => present(column('acknowledged_at'), value === 'yes'))
    case 'serial':
      return each((value) => wordIs(column('serial'), value.replaceAll(/[:\s]/g, '')))
    case 'thumbprint':
      return each(thumbprintIs)
    case 'ca':
      return each((value) =>
        among(column('ca_id'), { table: 'certificate_authorities', column: 'id' }, [
          anyOf(['id', 'subject'].map((name) => wordIs(column(`certificate_authorities.${name}`), value))),
        ]),
      )
    default:
      return anyOf([])
  }
}

/** In any spelling: hexadecimal with colons or without, or base64url. */
function thumbprintIs(given: string): Condition {
  const hex = given.replaceAll(/[:\s]/g, '')
  const isHex = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/i.test(hex)
  const value = isHex ? Buffer.from(hex, 'hex').toString('base64url') : given
  return anyOf(['x5t', 'x5t_s256'].map((name) => oneOf(column(name), [value])))
}
