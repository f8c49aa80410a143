import { auditFields } from '@signet/shared/query/audit-fields'
import type { FieldTerm, Term } from '@signet/shared/query/terms'
import { timeRanges } from '@signet/shared/query/time-values'
import { ActorKind, AuditAction, AuditOutcome, auditActions } from '@signet/shared/vocabulary/audit-events'
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
import { idsNamed, idsWhere, oneOfIds, type Source, startsWithFolded } from '../platform/database/match-sql.ts'

const at = column('at')
const action = column('action')
const actor = { label: column('actor_label'), id: column('actor_id') }
const target = { label: column('target_label'), id: column('target_id') }
const reason = column('reason')
const correlation = column('correlation_id')
const table = 'audit_events'

/** What a bare word finds something in. */
interface SoughtWord {
  readonly text: string
  /** Actions whose title has it. */
  readonly actions: readonly string[]
}

/** Bare words of a filter that few events have, so that these are found one by one; the others are looked for in each. */
export type RareWords = ReadonlySet<string>

/** The condition that a filter puts on the rows of `audit_events`. */
export function auditCondition(
  terms: readonly Term[],
  { nowMs, tenantId, rare }: { nowMs: number; tenantId: string; rare: RareWords },
): Condition {
  return allOf(
    terms.map((term) => {
      if (term.kind === 'text') {
        const word = soughtWord(term.text)
        const condition = rare.has(term.text) ? oneOfIds(wordSources(word, tenantId)) : wordCondition(word)
        return term.negated ? not(condition) : condition
      }
      const others = term.negated ? withoutNegation(term) : undefined
      if (others) return fieldCondition(others, nowMs, tenantId)
      const condition = fieldCondition(term, nowMs, tenantId)
      return term.negated ? not(condition) : condition
    }),
  )
}

/** What is one of few words and not these is one of the others; so an index finds it. */
function withoutNegation(term: FieldTerm): FieldTerm | undefined {
  const all =
    term.field === 'result' ? AuditOutcome.options : term.field === 'actor-kind' ? ActorKind.options : undefined
  return all && { ...term, negated: false, values: all.filter((value) => !term.values.includes(value)) }
}

export function soughtWord(text: string): SoughtWord {
  const sought = text.toLowerCase()
  return { text, actions: AuditAction.options.filter((name) => auditActions[name].toLowerCase().includes(sought)) }
}

const named = [
  { field: 'target', of: target.label },
  { field: 'actor', of: actor.label },
  { field: 'reason', of: reason },
] as const
const ids = [target.id, actor.id, correlation]

/** A bare word is part of a name, of a reason, or of what the action is called, or begins an ID. */
function wordCondition({ text, actions }: SoughtWord): Condition {
  return anyOf([
    ...named.map(({ of }) => contains(of, text)),
    ...ids.map((id) => startsWithFolded(id, text)),
    oneOf(action, actions),
  ])
}

/** The same, as statements that each answer the IDs of events out of one index. */
export function wordSources({ text, actions }: SoughtWord, tenantId: string): Source[] {
  const events = { table, tenantId }
  return [
    ...named.map(({ field, of }) =>
      idsNamed(events, of, {
        table: 'audit_texts',
        condition: allOf([oneOf(column('field'), [field]), contains(column('text'), text)]),
      }),
    ),
    ...ids.map((id) => idsWhere(events, startsWithFolded(id, text))),
    idsWhere(events, oneOf(action, actions)),
  ]
}

type Field = (typeof auditFields)[number]['name']

const words: Partial<Record<Field, readonly ReturnType<typeof column>[]>> = {
  'target-kind': [column('target_kind')],
  reason: [reason],
  ip: [column('actor_ip')],
  correlation: [correlation],
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
  return guid.test(value) ? wordIs(target.id, value) : eitherIs({ table, tenantId }, [target.label, target.id], value)
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
