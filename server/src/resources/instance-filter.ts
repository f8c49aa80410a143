import { instanceFields } from '@signet/shared/query/instance-fields'
import type { FieldTerm, Term } from '@signet/shared/query/terms'
import { asksForNever, type TimeRange, timeRanges } from '@signet/shared/query/time-values'
import { allOf, anyOf, type Condition, column, not, oneOf, present, within } from '../platform/database/filter-sql.ts'
import { differs, has, same, someRow, startsWith } from '../platform/database/match-sql.ts'
import { lastTokenIs, unusedIs } from '../platform/database/use-sql.ts'
import { foldCase } from './resource-id.ts'

/** Stands where something has no end: further away than every instant. */
export const neverMs = Number.MAX_SAFE_INTEGER

/** An index of `instance_list` that finds the rows of one term by itself. */
interface Driver {
  readonly index: 'state' | 'kind' | 'agent' | 'agent_version' | 'expires' | 'rotation' | 'token' | 'created' | 'name'
  readonly condition: Condition
  /** The term has one value, so that the index has its rows in the order of the names. */
  readonly inNameOrder: boolean
}

/** What a word or a tag is found by in `instance_terms`; every row of the list that has it, has it there. */
export interface Sought {
  /** Terms of which each row has all, so that one of them will do; none where there is more than one way to match. */
  readonly terms: readonly string[]
  /** On the columns of `instance_terms`, besides the term. */
  readonly condition: Condition
  /** Rows one of whose IDs begins so have it too. */
  readonly idStart: string | undefined
  /** What the rest of the filter asks for; undefined where it asks for nothing more. */
  readonly rest: Condition | undefined
}

export interface CompiledFilter {
  /** Holds for the rows that match, all of it. */
  readonly condition: Condition
  /** Terms that an index can find; each narrows the rows as much as the whole filter needs it to. */
  readonly drivers: readonly Driver[]
  readonly sought: readonly Sought[]
}

/** The condition that a filter puts on `instance_list`. Values are bound, and patterns are no `LIKE` (SEC-154). */
export function compileInstanceFilter(terms: readonly Term[], nowMs: number): CompiledFilter {
  const conditions = terms.map((term) => {
    const condition = conditionOf(term, nowMs)
    return term.negated ? not(condition) : condition
  })
  const soughtIn = (kind: Term['kind']) =>
    terms.flatMap((term, at): Sought[] => {
      if (term.kind !== kind || !isSought(term)) return []
      const others = conditions.filter((_, other) => other !== at)
      return [{ ...soughtOf(term), rest: others.length === 0 ? undefined : allOf(others) }]
    })
  return {
    condition: allOf(conditions),
    drivers: terms.flatMap((term, at) => {
      const index = term.kind === 'field' && !term.negated ? indexes[term.field] : undefined
      const condition = conditions[at]
      return index === undefined || condition === undefined ? [] : [{ index, condition, inNameOrder: isOneValue(term) }]
    }),
    // Words first: their rows stand together in the order of the names more often than those of a tag.
    sought: [...soughtIn('text'), ...soughtIn('field')],
  }
}

/** Fields whose index goes on with the name. */
const beforeName: ReadonlySet<string> = new Set(['state', 'kind', 'agent', 'agent-version'])

function isOneValue(term: Term): boolean {
  if (term.kind === 'text' || !beforeName.has(term.field)) return false
  return term.values.length === 1 && term.values[0]?.endsWith('*') === false
}

/** Whether every row that matches has the term in `instance_terms`. */
function isSought(term: Term): boolean {
  if (term.negated) return false
  return term.kind === 'field' ? term.field === 'tag' : [...term.text].length >= 3
}

function soughtOf(term: Term): Omit<Sought, 'rest'> {
  if (term.kind === 'text') {
    const word = foldCase(term.text)
    const idStart = idPattern.test(word) ? word : undefined
    return { terms: trigramsOf(word), condition: has(column('name_key'), word), idStart }
  }
  const [value, ...more] = term.values.map(tagOf)
  if (value !== undefined && more.length === 0 && !value.isStart)
    return { terms: [value.term], condition: allOf([]), idStart: undefined }
  const one = ({ term: of, isStart }: TagTerm) =>
    isStart ? startsWith(column('term'), of) : oneOf(column('term'), [of])
  return { terms: [], condition: anyOf(term.values.map(tagOf).map(one)), idStart: undefined }
}

const mostTrigrams = 24

/** Each three characters of a word that follow one another. */
function trigramsOf(word: string): string[] {
  const letters = [...word]
  const trigrams = letters.slice(2).map((_, index) => letters.slice(index, index + 3).join(''))
  return [...new Set(trigrams)].slice(0, mostTrigrams)
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

const idPattern = /^[0-9a-f][0-9a-f-]{3,35}$/
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
      return withIdentity(term, lastTokenIs(term, nowMs))
    case 'unused':
      return withIdentity(term, unusedIs(term, nowMs))
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

/** An instance without an identity has nothing that could be unused. */
function withIdentity(term: FieldTerm, condition: Condition): Condition {
  const isAboutNone = term.field === 'unused' || asksForNever(term)
  return isAboutNone ? allOf([condition, present(column('principal_id'), true)]) : condition
}

interface Tag {
  readonly key: string
  /** Undefined where any value will do. */
  readonly value: string | undefined
  readonly isStart: boolean
}

/** `key`, `key=value` or `key=begin*`; keys are kept in lower case. */
function readTag(given: string): Tag {
  const at = given.indexOf('=')
  const key = foldCase(at === -1 ? given : given.slice(0, at))
  const value = at === -1 ? undefined : given.slice(at + 1)
  if (value?.endsWith('*')) return { key, value: value.slice(0, -1), isStart: true }
  return { key, value, isStart: false }
}

/** On the columns of `resource_tags`. */
function tagCondition(given: string): Condition {
  const { key, value, isStart } = readTag(given)
  const isKey = oneOf(column('tag_key'), [key])
  if (value === undefined) return isKey
  const tag = column('tag_value')
  return allOf([isKey, isStart ? startsWith(tag, value) : oneOf(tag, [value])])
}

interface TagTerm {
  readonly term: string
  readonly isStart: boolean
}

/** As the triggers of `instance_terms` write it. */
function tagOf(given: string): TagTerm {
  const { key, value, isStart } = readTag(given)
  return { term: value === undefined ? `tag:${key}` : `tag:${key}=${value}`, isStart }
}
