/**
 * Which backups stay: the newest `keepHourly`, and of each of the last `keepDaily` days (UTC) the newest.
 *
 * @returns their numbers
 */
export function keptBackups(
  backups: readonly { readonly number: number; readonly madeAt: number }[],
  rule: { keepHourly: number; keepDaily: number; now: number; dayMs: number },
): ReadonlySet<number> {
  const newestFirst = [...backups].sort((a, b) => b.number - a.number)
  const kept = new Set(newestFirst.slice(0, rule.keepHourly).map(({ number }) => number))
  const days = new Set<number>()
  for (const { number, madeAt } of newestFirst) {
    const day = Math.floor(madeAt / rule.dayMs)
    if (days.has(day) || madeAt <= rule.now - rule.keepDaily * rule.dayMs) continue
    days.add(day)
    kept.add(number)
  }
  return kept
}
