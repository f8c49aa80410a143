type Values = Record<string, unknown> | null

export interface Change {
  readonly name: string
  /** Null where there was nothing. */
  readonly before: string | null
  readonly after: string | null
  readonly changed: boolean
}

/** Values before and after an event side by side, changed ones first. */
export function changesOf(before: Values, after: Values): Change[] {
  const names = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])]
  return names
    .map((name) => {
      const [old, next] = [wordOf(before?.[name]), wordOf(after?.[name])]
      return { name, before: old, after: next, changed: old !== next }
    })
    .toSorted((a, b) => Number(b.changed) - Number(a.changed))
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
