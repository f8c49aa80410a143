import { mostNamed } from '@signet/shared/api/lists'
import { UsageSort, type UsageSummary } from '@signet/shared/api/usage'
import { usageFields } from '@signet/shared/query/usage-fields'
import { applicationWords, principalKindWords, wordsOf } from '../../api/words.ts'
import { type ListSearch, listOf } from '../../ui/list-view.ts'
import type { NamedView } from '../../ui/views-menu.tsx'
import { visibleText } from '../../ui/visible-text.ts'
import { usageColumns } from './usage-columns.tsx'

export const usageList = listOf<UsageSummary, UsageSort>({
  label: 'Use of identities',
  nouns: ['identity', 'identities'],
  columns: usageColumns,
  fields: usageFields,
  words: { state: wordsOf(applicationWords), kind: principalKindWords },
  sorts: UsageSort.options,
  usualSort: '-last-token',
  mostNamed,
  idOf: ({ principalId }) => principalId,
  nameOf: ({ name }) => visibleText(name),
  versionOf: ({ lastToken }) => lastToken?.at ?? 0,
})

/** The questions that the page is for, beside the whole list. */
export const usageViews = [
  { name: 'All', address: {} },
  { name: 'Never used', address: { q: 'last-token:never' } },
  { name: 'Unused 90 days', address: { q: 'unused:>90d', sort: 'last-token' } },
  { name: 'New hosts', address: { q: 'new-host:<30d', sort: '-new-host' } },
] as const satisfies readonly NamedView<ListSearch>[]
