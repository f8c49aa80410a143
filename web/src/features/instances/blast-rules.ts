import type { BlastRadius, InstanceSummary } from '@signet/shared/api/resources'
import { dayMs } from '@signet/shared/vocabulary/time'
import { healthWords } from '../../api/words.ts'
import type { Difference } from '../../ui/diff-view.tsx'

const weekMs = 7 * dayMs
/** More things than anybody keeps in mind. */
const manyThings = 10

/** Whether the identity was used so lately, or reaches so much, that its name has to be typed. Unknown counts as both. */
export function asksForName(radius: BlastRadius | undefined, now: number): boolean {
  if (radius === undefined) return true
  const usedLately = radius.week.length > 0 || (radius.lastUsedAt !== null && now - radius.lastUsedAt < weekMs)
  return usedLately || radius.instances.length + radius.agents.length > manyThings
}

export function tokensIn(uses: readonly { tokens: number }[]): number {
  return uses.reduce((sum, use) => sum + use.tokens, 0)
}

/** What of an instance is no longer as somebody has seen it, in words. */
export function differences(seen: InstanceSummary, current: InstanceSummary): Difference[] {
  const facts = (instance: InstanceSummary): [string, string][] => [
    ['Identity', healthWords[instance.health.state].word],
    ['Principal ID', instance.identity?.principalId ?? 'none'],
    ['Agent', instance.agent?.id ?? 'none'],
    ['Tags', tagWords(instance.tags)],
  ]
  const now = new Map(facts(current))
  return facts(seen).flatMap(([name, before]) => {
    const after = now.get(name) ?? ''
    return before === after ? [] : [{ name, before, after }]
  })
}

function tagWords(tags: Readonly<Record<string, string>>): string {
  const words = Object.entries(tags).map(([key, value]) => `${key}=${value}`)
  return words.length === 0 ? 'none' : words.sort().join(', ')
}
