import type { AttentionFix, AttentionItem } from '@signet/shared/api/overview'

/** As many of one kind are named; the rest is one line that leads to the list of them. */
export const mostNamed = 10

type Subject = Pick<AttentionItem, 'key' | 'kind' | 'severity' | 'title' | 'reason'> & Partial<AttentionItem>

/** One trouble and its fix; what is not said of it is not so. */
export function item(
  subject: Subject,
  fix: Pick<AttentionFix, 'code' | 'label'> & Partial<AttentionFix>,
): AttentionItem {
  return {
    target: null,
    count: 1,
    requests: 0,
    ...subject,
    fix: { path: null, command: null, steppedAt: null, ...fix },
  }
}
