import { mostNamed } from '@signet/shared/api/lists'
import { InstanceSort, type InstanceSummary, resourcesApi } from '@signet/shared/api/resources'
import { instanceFields } from '@signet/shared/query/instance-fields'
import { problemOf } from '../../api/api-error.ts'
import { download } from '../../api/client.ts'
import { useListExport } from '../../api/list-export.ts'
import { type ListSearch, listOf } from '../../ui/list-view.ts'
import { notify } from '../../ui/toaster.tsx'
import type { NamedView } from '../../ui/views-menu.tsx'
import { visibleText } from '../../ui/visible-text.ts'
import { instanceColumns } from './instance-columns.tsx'
import { instanceFilterWords } from './instance-words.ts'

export const instanceList = listOf<InstanceSummary, InstanceSort>({
  label: 'Instances',
  nouns: ['instance', 'instances'],
  columns: instanceColumns,
  fields: instanceFields,
  words: instanceFilterWords,
  sorts: InstanceSort.options,
  usualSort: 'name',
  mostNamed,
  idOf: ({ id }) => id,
  nameOf: ({ name }) => visibleText(name),
  versionOf: ({ version }) => version,
})

/** Views that every deployment has. */
export const builtInViews: readonly NamedView<ListSearch>[] = [
  { name: 'Needs attention', address: { q: 'state:degraded,failing', sort: 'expires' } },
  { name: 'Certificate ends within 7 days', address: { q: 'expires:<7d', sort: 'expires' } },
  { name: 'Unused 90 days', address: { q: 'unused:>90d', sort: 'last-token' } },
  { name: 'Never used', address: { q: 'last-token:never' } },
  { name: 'Agent silent', address: { q: 'agent:silent' } },
]

const exportSelected = download(resourcesApi.exportSelected)

export function useInstanceExport() {
  return useListExport<InstanceSort>({
    permission: 'instances.read',
    path: resourcesApi.export.path,
    named: (body) => exportSelected({ body }),
    onFailed: (error) => notify('bad', 'The selection was not exported', problemOf(error).detail),
  })
}
