import { auditFields } from '@signet/shared/query/audit-fields'
import type { FieldTerm, Term } from '@signet/shared/query/terms'
import { timeRanges } from '@signet/shared/query/time-values'
import { AuditAction, auditActions } from '@signet/shared/vocabulary/audit-events'
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

const at = column('at')
const action = column('action')
const actor = [column('actor_label'), column('actor_id')]
const target = [column('target_label'), column('target_id')]
const searched = [...target, ...actor, column('reason'), column('correlation_id')]

/** The condition that a filter puts on the rows of `audit_events`. */
export function auditCondition(terms: readonly Term[], nowMs: number): Condition {
  return allOf(
    terms.map((term) => {
      const condition = term.kind === 'text' ? textCondition(term.text) : fieldCondition(term, nowMs)
      return term.negated ? not(condition) : condition
    }),
  )
}

/** Bare words look into every text of an event, and into what its action is called. */
function textCondition(text: string): Condition {
  const sought = text.toLowerCase()
  const titled = AuditAction.options.filter((name) => auditActions[name].toLowerCase().includes(sought))
  return anyOf([...searched.map((each) => contains(each, text)), oneOf(action, titled)])
}

type Field = (typeof auditFields)[number]['name']

const words: Partial<Record<Field, readonly ReturnType<typeof column>[]>> = {
  actor,
  target,
  'target-kind': [column('target_kind')],
  reason: [column('reason')],
  ip: [column('actor_ip')],
  correlation: [column('correlation_id')],
}

function fieldCondition(term: FieldTerm, nowMs: number): Condition {
  const spec = auditFields.find(({ name }) => name === term.field)
  switch (spec?.name) {
    case 'action':
      return oneOf(action, term.values.flatMap(actionsNamed))
    case 'actor-kind':
      return oneOf(column('actor_kind'), term.values)
    case 'result':
      return oneOf(column('outcome'), term.values)
    case 'time':
      return anyOf(timeRanges(term, spec.direction, nowMs).map((range) => within(at, range)))
    default: {
      const columns = spec ? (words[spec.name] ?? []) : []
      return anyOf(term.values.flatMap((value) => columns.map((each) => wordIs(each, value))))
    }
  }
}

function actionsNamed(value: string): readonly string[] {
  if (!value.endsWith('*')) return [value]
  return AuditAction.options.filter((name) => name.startsWith(value.slice(0, -1)))
}
