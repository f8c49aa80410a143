import { type Audience, AudienceSort, audiencesApi } from '@signet/shared/api/audiences'
import { mostNamed } from '@signet/shared/api/lists'
import { audienceFields } from '@signet/shared/query/audience-fields'
import { problemOf } from '../../api/api-error.ts'
import { download } from '../../api/client.ts'
import { useListExport } from '../../api/list-export.ts'
import { type ListSearch, listOf } from '../../ui/list-view.ts'
import { notify } from '../../ui/toaster.tsx'
import type { NamedView } from '../../ui/views-menu.tsx'
import { visibleText } from '../../ui/visible-text.ts'
import { audienceColumns } from './audience-columns.tsx'

export const audienceList = listOf<Audience, AudienceSort>({
  label: 'Audiences',
  nouns: ['audience', 'audiences'],
  columns: audienceColumns,
  fields: audienceFields,
  sorts: AudienceSort.options,
  usualSort: 'uri',
  mostNamed,
  idOf: ({ id }) => id,
  nameOf: ({ name }) => visibleText(name),
  versionOf: ({ version }) => version,
})

/** Views that every deployment has. */
export const builtInViews: readonly NamedView<ListSearch>[] = [
  { name: 'Registered here', address: { q: 'built-in:no' } },
  { name: 'For those with a role', address: { q: 'assignment-required:yes' } },
  { name: 'Disabled', address: { q: 'enabled:no' } },
]

const exportSelected = download(audiencesApi.exportSelected)

export function useAudienceExport() {
  return useListExport<AudienceSort>({
    permission: 'instances.read',
    path: audiencesApi.export.path,
    named: (body) => exportSelected({ body }),
    onFailed: (error) => notify('bad', 'The selection was not exported', problemOf(error).detail),
  })
}
