import type { Difference } from '../../ui/diff-view.tsx'

type Values = Record<string, unknown> | null

/** Values before and after an event side by side, changed ones first. */
export function changesOf(before: Values, after: Values): Difference[] {
  const names = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])]
  return names
    .map((name) => {
      return { name, before: wordOf(before?.[name]), after: wordOf(after?.[name]) }
    })
    .toSorted((a, b) => Number(b.before !== b.after) - Number(a.before !== a.after))
}

/** The name of a value as people write it: `principalId` is `Principal ID`. */
export function nameWords(name: string): string {
  const words = name
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .replace(/\b(id|url|ca)\b/g, (word) => word.toUpperCase())
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`
}

function wordOf(value: unknown): string | null {
  if (value === undefined || value === null) return null
  return typeof value === 'string' ? value : JSON.stringify(value)
}
