import type { FieldSpec } from '@signet/shared/query/fields'
import { parseQuery } from '@signet/shared/query/query'

/** How many rows each value of a field would leave, where that is known. */
export type ValueCounts = Readonly<Record<string, Readonly<Record<string, number>>>>

/** What values of a field are called on the screen, where that is not what the filter says. */
export type ValueWords = Readonly<Record<string, Readonly<Record<string, string>>>>

export interface Offer {
  /** What stands in the place of the word that is being typed. */
  readonly insert: string
  readonly label: string
  /** Whether the label is what is written into the filter, rather than words for it. */
  readonly isLiteral: boolean
  readonly hint: string
  readonly count?: number
  /** Whether the term is whole with it; else a value is still to come. */
  readonly isWhole: boolean
}

/** Where the word begins that is being typed at the end of a text. */
export function wordStart(text: string): number {
  const last = parseQuery(text, []).parts.at(-1)
  return last !== undefined && last.to === text.length ? last.from : text.length
}

const mostOffers = 30

interface KnownValues {
  readonly counts: ValueCounts
  readonly words: ValueWords
}

/** What may be meant by the word at the end of a text: fields by name or meaning, then their values. */
export function offersFor(text: string, fields: readonly FieldSpec[], known: KnownValues): readonly Offer[] {
  const word = text.slice(wordStart(text))
  const [, sign = '', rest = ''] = /^(-?)(.*)$/s.exec(word) ?? []
  const [, name, mark = '', typed = ''] = /^([A-Za-z][A-Za-z-]*)([:<>]+)(.*)$/s.exec(rest) ?? []
  if (name === undefined) return fieldOffers(rest.toLowerCase(), sign, fields)
  const spec = fields.find((each) => each.name === name.toLowerCase())
  if (spec === undefined || typed.includes('"')) return []
  const before = typed.slice(0, typed.lastIndexOf(',') + 1)
  const operator = mark.replace(':', '')
  return valueOffers(spec, operator, typed.slice(before.length).toLowerCase(), known)
    .map(({ value, word, hint, count }) => ({
      insert: `${sign}${spec.name}:${value.startsWith('<') || value.startsWith('>') ? '' : operator}${before}${value}`,
      label: word ?? value,
      isLiteral: word === undefined,
      hint,
      ...(count !== undefined && { count }),
      isWhole: true,
    }))
    .slice(0, mostOffers)
}

function fieldOffers(typed: string, sign: string, fields: readonly FieldSpec[]): Offer[] {
  const byName = fields.filter((field) => field.name.startsWith(typed))
  const byMeaning = fields.filter(
    ({ name, title }) =>
      typed.length >= 2 && !name.startsWith(typed) && ` ${title}`.toLowerCase().includes(` ${typed}`),
  )
  return [...byName, ...byMeaning].map((field) => ({
    insert: `${sign}${field.name}:`,
    label: `${field.name}:`,
    isLiteral: true,
    hint: field.title,
    isWhole: false,
  }))
}

interface Value {
  readonly value: string
  readonly word?: string | undefined
  readonly hint: string
  readonly count?: number | undefined
}

const spans = [
  ['1h', 'an hour'],
  ['24h', '24 hours'],
  ['7d', '7 days'],
  ['30d', '30 days'],
  ['90d', '90 days'],
] as const

function valueOffers(spec: FieldSpec, operator: string, typed: string, { counts, words }: KnownValues): Value[] {
  const known = counts[spec.name] ?? {}
  const called = words[spec.name] ?? {}
  const matches = ({ value, word = '' }: Value) => `${value} ${word}`.toLowerCase().includes(typed)
  switch (spec.kind) {
    case 'choice':
      return spec.values
        .map((value) => choiceOf(value, called[value], known[value]))
        .filter(matches)
        .toSorted((one, other) => Number(other.value.includes(typed)) - Number(one.value.includes(typed)))
    case 'flag':
      return ['yes', 'no'].map((value) => ({ value, hint: '', count: known[value] })).filter(matches)
    case 'tag':
    case 'word':
    case 'number':
      return Object.entries(known)
        .map(([value, count]) => ({ value, hint: '', count }))
        .filter(matches)
    case 'time':
      return spanOffers(spec.direction === 'past', operator).filter(matches)
  }
}

/** In the words of the screen; what the filter then says stands beside them where it is something else. */
function choiceOf(value: string, word: string | undefined, count: number | undefined): Value {
  return { value, word, hint: word === undefined || word.toLowerCase() === value ? '' : value, count }
}

function spanOffers(isPast: boolean, operator: string): Value[] {
  const marks = operator === '' ? ['<', '>'] : [operator]
  return marks.flatMap((mark) =>
    spans.map(([value, words]) => {
      const near = mark === '<'
      const hint = isPast
        ? near
          ? `in the last ${words}`
          : `more than ${words} ago`
        : near
          ? `within ${words}`
          : `later than ${words}`
      return { value: operator === '' ? `${mark}${value}` : value, hint }
    }),
  )
}
