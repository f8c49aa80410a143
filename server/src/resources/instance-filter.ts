import { instanceFields } from '@signet/shared/query/instance-fields'
import type { FieldTerm, Term } from '@signet/shared/query/terms'
import { type TimeRange, timeRanges } from '@signet/shared/query/time-values'
import { hourMs } from '@signet/shared/vocabulary/time'
import { allOf, anyOf, type Condition, column, not, oneOf, present, within } from '../platform/database/filter-sql.ts'
import { differs, has, same, someRow, startsWith } from '../platform/database/match-sql.ts'
import { foldCase } from './resource-id.ts'

/** Stands where something has no end: further away than every instant. */
export const neverMs = Number.MAX_SAFE_INTEGER

/** An index of `instance_list` that finds the rows of one term by itself. */
export interface Driver {
  readonly index: 'state' | 'kind' | 'agent' | 'agent_version' | 'expires' | 'rotation' | 'token' | 'created' | 'name'
  readonly condition: Condition
}

export interface CompiledFilter {
  /** Holds for the rows that match, all of it. */
  readonly condition: Condition
  /** Terms that an index can find; each narrows the rows as much as the whole filter needs it to. */
  readonly drivers: readonly Driver[]
  /** Bare words that every row must have, folded; long enough for the trigram index. */
  readonly words: readonly string[]
  /** What a tag must be that every row must have, on the columns of `resource_tags`. */
  readonly tags: readonly Condition[]
}

/** The condition that a filter puts on `instance_list`. Values are bound, and patterns are no `LIKE` (SEC-154). */
export function compileInstanceFilter(terms: readonly Term[], nowMs: number): CompiledFilter {
  const compiled = terms.map((term) => ({ term, condition: conditionOf(term, nowMs) }))
  return {
    condition: allOf(compiled.map(({ term, condition }) => (term.negated ? not(condition) : condition))),
    drivers: compiled.flatMap(({ term, condition }) => {
      const index = term.kind === 'field' && !term.negated ? indexes[term.field] : undefined
      return index === undefined ? [] : [{ index, condition }]
    }),
    words: terms.flatMap((term) =>
      term.kind === 'text' && !term.negated && [...term.text].length >= 3 ? [foldCase(term.text)] : [],
    ),
    tags: terms.flatMap((term) =>
      term.kind === 'field' && term.field === 'tag' && !term.negated ? [anyOf(term.values.map(tagCondition))] : [],
    ),
  }
}

const indexes: Readonly<Record<string, Driver['index']>> = {
  name: 'name',
  state: 'state',
  kind: 'kind',
  agent: 'agent',
  'agent-version': 'agent_version',
  expires: 'expires',
  rotation: 'rotation',
  'last-token': 'token',
  created: 'created',
}

function conditionOf(term: Term, nowMs: number): Condition {
  return term.kind === 'text' ? containsWord(foldCase(term.text)) : fieldCondition(term, nowMs)
}

/** A bare word is part of the name, or begins one of the IDs. */
function containsWord(word: string): Condition {
  const inName = has(column('name_key'), word)
  return idPattern.test(word) ? anyOf([inName, ...idColumns.map((id) => startsWith(column(id), word))]) : inName
}

export const idPattern = /^[0-9a-f][0-9a-f-]{3,35}$/
export const idColumns = ['id', 'principal_id', 'client_id'] as const

function fieldCondition(term: FieldTerm, nowMs: number): Condition {
  const spec = instanceFields.find(({ name }) => name === term.field)
  switch (spec?.name) {
    case 'name':
      return wordCondition('name_key', term.values)
    case 'agent-version':
      return wordCondition('agent_version', term.values)
    case 'state':
    case 'kind':
    case 'agent':
      return oneOf(column(spec.name), term.values)
    case 'tag':
      return someRow('resource_tags', [
        same(column('resource_tags.resource_id'), column('instance_list.id')),
        anyOf(term.values.map(tagCondition)),
      ])
    case 'user-assigned':
      return someRow('identity_assignments', [
        same(column('identity_assignments.instance_id'), column('instance_list.id')),
        someRow('user_identities', [
          same(column('user_identities.id'), column('identity_assignments.principal_id')),
          present(column('user_identities.deleted_at'), false),
          wordCondition('user_identities.name_key', term.values),
        ]),
      ])
    case 'created':
      return times('created_at', timeRanges(term, spec.direction, nowMs))
    case 'expires':
      return known('expires_key', neverMs, times('expires_key', timeRanges(term, spec.direction, nowMs)))
    case 'rotation':
      return known('rotation_key', neverMs, times('rotation_key', timeRanges(term, spec.direction, nowMs)))
    case 'last-token':
      return known('token_key', 0, times('token_key', timeRanges(term, spec.direction, nowMs).map(byHour)))
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

function times(name: string, ranges: readonly TimeRange[]): Condition {
  return anyOf(ranges.map((range) => within(column(name), range)))
}

/** What has no instant is neither before nor after one. */
function known(name: string, nothing: number, condition: Condition): Condition {
  return allOf([condition, differs(column(name), nothing)])
}

/** Uses are kept by the hour: the hour that has the bound in it counts as after it. */
function byHour({ from, until }: TimeRange): TimeRange {
  return {
    ...(from !== undefined && { from: Math.floor(from / hourMs) * hourMs }),
    ...(until !== undefined && { until: Math.floor(until / hourMs) * hourMs }),
  }
}

/** `key`, `key=value` or `key=begin*`; keys are kept in lower case. On the columns of `resource_tags`. */
function tagCondition(given: string): Condition {
  const at = given.indexOf('=')
  const key = foldCase(at === -1 ? given : given.slice(0, at))
  const value = at === -1 ? '*' : given.slice(at + 1)
  const tag = column('tag_value')
  return allOf([
    oneOf(column('tag_key'), [key]),
    value.endsWith('*') ? startsWith(tag, value.slice(0, -1)) : oneOf(tag, [value]),
  ])
}
