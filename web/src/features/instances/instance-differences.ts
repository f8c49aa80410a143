import type { InstanceSummary } from '@signet/shared/api/resources'
import { healthWords } from '../../api/words.ts'
import type { Difference } from '../../ui/diff-view.tsx'

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
