import { ApplicationSort, type ApplicationSummary, applicationsApi } from '@signet/shared/api/applications'
import { mostNamed } from '@signet/shared/api/lists'
import { applicationFields } from '@signet/shared/query/application-fields'
import { problemOf } from '../../api/api-error.ts'
import { download } from '../../api/client.ts'
import { useListExport } from '../../api/list-export.ts'
import { applicationWords, wordsOf } from '../../api/words.ts'
import { type ListSearch, listOf } from '../../ui/list-view.ts'
import { notify } from '../../ui/toaster.tsx'
import type { NamedView } from '../../ui/views-menu.tsx'
import { visibleText } from '../../ui/visible-text.ts'
import { applicationColumns } from './application-columns.tsx'

const proofWords = {
  secret: 'Secret',
  certificate: 'Certificate',
  federated: 'Federated credential',
  none: 'Nothing',
}

export const applicationList = listOf<ApplicationSummary, ApplicationSort>({
  label: 'Applications',
  nouns: ['application', 'applications'],
  columns: applicationColumns,
  fields: applicationFields,
  words: { state: wordsOf(applicationWords), proof: proofWords },
  sorts: ApplicationSort.options,
  usualSort: 'name',
  mostNamed,
  idOf: ({ principalId }) => principalId,
  nameOf: ({ name }) => visibleText(name),
  versionOf: ({ version }) => version,
})

/** Views that every deployment has. */
export const builtInViews: readonly NamedView<ListSearch>[] = [
  { name: 'Secret or certificate ends soon', address: { q: 'expiring:yes', sort: 'expires' } },
  { name: 'With a secret', address: { q: 'proof:secret' } },
  { name: 'Unused 90 days', address: { q: 'unused:>90d', sort: 'last-token' } },
  { name: 'Never used', address: { q: 'last-token:never' } },
  { name: 'Federated credential too broad', address: { q: 'broad:yes' } },
  { name: 'Deleted, can be restored', address: { q: 'state:deleted' } },
]

const exportSelected = download(applicationsApi.exportSelected)

export function useApplicationExport() {
  return useListExport<ApplicationSort>({
    permission: 'instances.read',
    path: applicationsApi.export.path,
    named: (body) => exportSelected({ body }),
    onFailed: (error) => notify('bad', 'The selection was not exported', problemOf(error).detail),
  })
}
