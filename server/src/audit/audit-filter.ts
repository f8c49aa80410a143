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
  eitherIs,
  not,
  oneOf,
  otherThan,
  within,
  wordIs,
} from '../platform/database/filter-sql.ts'

const at = column('at')
const action = column('action')
const actor = { label: column('actor_label'), id: column('actor_id') }
const target = { label: column('target_label'), id: column('target_id') }
const searched = [target.label, target.id, actor.label, actor.id, column('reason'), column('correlation_id')]

/** The condition that a filter puts on the rows of `audit_events`. */
export function auditCondition(terms: readonly Term[], nowMs: number, tenantId: string): Condition {
  return allOf(
    terms.map((term) => {
      const condition = term.kind === 'text' ? textCondition(term.text) : fieldCondition(term, nowMs, tenantId)
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
  'target-kind': [column('target_kind')],
  reason: [column('reason')],
  ip: [column('actor_ip')],
  correlation: [column('correlation_id')],
}

function fieldCondition(term: FieldTerm, nowMs: number, tenantId: string): Condition {
  const spec = auditFields.find(({ name }) => name === term.field)
  switch (spec?.name) {
    case 'action':
      return oneOf(action, term.values.flatMap(actionsNamed))
    case 'actor-kind':
      return oneOf(column('actor_kind'), term.values)
    case 'actor':
      return anyOf(term.values.map(actorIs))
    case 'target':
      return anyOf(term.values.map((value) => targetIs(value, tenantId)))
    case 'result':
      return outcomeIs(term.values)
    case 'time':
      return anyOf(timeRanges(term, spec.direction, nowMs).map((range) => within(at, range)))
    default: {
      const columns = spec ? (words[spec.name] ?? []) : []
      return anyOf(term.values.flatMap((value) => columns.map((each) => wordIs(each, value))))
    }
  }
}

/** Actors have GUIDs or no ID, so that a value is an ID or a name, and one index finds it. */
function actorIs(value: string): Condition {
  if (value.endsWith('*')) return anyOf([wordIs(actor.label, value), wordIs(actor.id, value)])
  return wordIs(guid.test(value) ? actor.id : actor.label, value)
}

/** What is not a GUID may be the ID of a key, so both indexes are asked, and each finds few. */
function targetIs(value: string, tenantId: string): Condition {
  if (value.endsWith('*')) return anyOf([wordIs(target.label, value), wordIs(target.id, value)])
  return guid.test(value)
    ? wordIs(target.id, value)
    : eitherIs({ table: 'audit_events', tenantId }, [target.label, target.id], value)
}

const guid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** What did not go well is rare and has an index of its own, which is found only by saying so. */
function outcomeIs(values: readonly string[]): Condition {
  const outcome = column('outcome')
  return values.includes('ok') ? oneOf(outcome, values) : allOf([otherThan(outcome, 'ok'), oneOf(outcome, values)])
}

function actionsNamed(value: string): readonly string[] {
  if (!value.endsWith('*')) return [value]
  return AuditAction.options.filter((name) => name.startsWith(value.slice(0, -1)))
}
