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

function wordOf(value: unknown): string | null {
  if (value === undefined || value === null) return null
  return typeof value === 'string' ? value : JSON.stringify(value)
}
