import { mostNamed } from '@signet/shared/api/lists'
import { UserIdentitySort, type UserIdentitySummary, userIdentitiesApi } from '@signet/shared/api/user-identities'
import { userIdentityFields } from '@signet/shared/query/user-identity-fields'
import { problemOf } from '../../api/api-error.ts'
import { download } from '../../api/client.ts'
import { useListExport } from '../../api/list-export.ts'
import { userIdentityWords, wordsOf } from '../../api/words.ts'
import { type ListSearch, listOf } from '../../ui/list-view.ts'
import { notify } from '../../ui/toaster.tsx'
import type { NamedView } from '../../ui/views-menu.tsx'
import { visibleText } from '../../ui/visible-text.ts'
import { identityColumns } from './identity-columns.tsx'

export const identityList = listOf<UserIdentitySummary, UserIdentitySort>({
  label: 'User-assigned identities',
  nouns: ['identity', 'identities'],
  columns: identityColumns,
  fields: userIdentityFields,
  words: { state: wordsOf(userIdentityWords) },
  sorts: UserIdentitySort.options,
  usualSort: 'name',
  mostNamed,
  idOf: ({ principalId }) => principalId,
  nameOf: ({ name }) => visibleText(name),
  versionOf: ({ version }) => version,
})

/** Views that every deployment has. */
export const builtInViews: readonly NamedView<ListSearch>[] = [
  { name: 'On no instance', address: { q: 'instances:0' } },
  { name: 'Unused 90 days', address: { q: 'unused:>90d', sort: 'last-token' } },
  { name: 'Never used', address: { q: 'last-token:never' } },
  { name: 'Federated credential too broad', address: { q: 'broad:yes' } },
  { name: 'Deleted, can be restored', address: { q: 'state:deleted' } },
]

const exportSelected = download(userIdentitiesApi.exportSelected)

export function useIdentityExport() {
  return useListExport<UserIdentitySort>({
    permission: 'instances.read',
    path: userIdentitiesApi.export.path,
    named: (body) => exportSelected({ body }),
    onFailed: (error) => notify('bad', 'The selection was not exported', problemOf(error).detail),
  })
}
