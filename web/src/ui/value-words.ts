import { absoluteTime, zoneName } from './absolute-time.ts'
import type { Difference } from './diff-view.tsx'
import { exactDurationWords } from './duration.ts'

/** What a recorded value is, and so how it is said: words by value, or entries that each stand for themselves. */
export type ValueForm = 'seconds' | 'milliseconds' | 'instant' | 'share' | 'entries' | Readonly<Record<string, string>>

/** Names and forms of recorded values, by the name that they are recorded under. */
export type ValueNames = Readonly<Record<string, { readonly name?: string; readonly form?: ValueForm }>>

type Values = Readonly<Record<string, unknown>> | null

/** Values of two states in plain words, those that differ first; what has no words is said as it is recorded. */
export function differencesOf(before: Values, after: Values, names: ValueNames): Difference[] {
  return keysOf(before, after)
    .flatMap((key) => {
      const { name = nameWords(key), form } = names[key] ?? {}
      const [old, next] = [before?.[key], after?.[key]]
      if (form !== 'entries') return [{ name, before: valueWords(old, form), after: valueWords(next, form) }]
      const [olds, nexts] = [entriesOf(old), entriesOf(next)]
      return keysOf(olds, nexts).map((each) => {
        return { name: `${name} ${each}`, before: valueWords(olds?.[each]), after: valueWords(nexts?.[each]) }
      })
    })
    .toSorted((a, b) => Number(b.before !== b.after) - Number(a.before !== a.after))
}

function keysOf(before: Values, after: Values): string[] {
  return [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])]
}

function entriesOf(value: unknown): Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value))
    : null
}

/** One value in plain words; null where there is none. */
export function valueWords(value: unknown, form?: ValueForm): string | null {
  if (value === undefined || value === null) return null
  if (typeof value === 'number' && Number.isFinite(value)) return numberWords(value, form)
  if (typeof value === 'boolean') return value ? 'Yes' : 'No'
  if (typeof value === 'string')
    return typeof form === 'object' && Object.hasOwn(form, value) ? (form[value] ?? value) : value
  if (Array.isArray(value) && value.length === 0) return 'None'
  return JSON.stringify(value)
}

function numberWords(value: number, form: ValueForm | undefined): string {
  switch (form) {
    case 'seconds':
      return exactDurationWords(value * 1_000)
    case 'milliseconds':
      return exactDurationWords(value)
    case 'instant':
      return `${absoluteTime(value)} ${zoneName(value)}`
    case 'share':
      return `${Number((value * 100).toFixed(4))} %`
    default:
      return String(value)
  }
}

/** The name of a value as people write it: `principalId` is `Principal ID`. */
export function nameWords(name: string): string {
  const words = name
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .replace(/\b(id|url|ca|ip)\b/g, (word) => word.toUpperCase())
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`
}
