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

function wordOf(value: unknown): string | null {
  if (value === undefined || value === null) return null
  return typeof value === 'string' ? value : JSON.stringify(value)
}
