import type { Difference } from './diff-view.tsx'

/** What of some facts is no longer as somebody has seen it. */
export function differencesOf(
  seen: Readonly<Record<string, string>>,
  current: Readonly<Record<string, string>>,
): Difference[] {
  return Object.entries(seen).flatMap(([name, before]) => {
    const after = current[name] ?? ''
    return before === after ? [] : [{ name, before, after }]
  })
}
