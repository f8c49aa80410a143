import { applicationsApi } from '@signet/shared/api/applications'
import { resourcesApi } from '@signet/shared/api/resources'
import { userIdentitiesApi } from '@signet/shared/api/user-identities'
import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { call } from './client.ts'
import type { QueryRoot } from './query-roots.ts'
import { principalKindWords } from './words.ts'

const offered = 20

/** Principals of every kind whose name or IDs have the words. */
export const principalChoicesOptions = (filter: string) =>
  queryOptions({
    queryKey: ['identities' satisfies QueryRoot, 'principals', filter],
    queryFn: async ({ signal }) => {
      const query = { filter, limit: offered }
      const [users, apps, instances] = await Promise.all([
        call(userIdentitiesApi.list)({ query }, signal),
        call(applicationsApi.list)({ query }, signal),
        call(resourcesApi.list)({ query }, signal),
      ])
      return [
        ...users.items.map(({ principalId, name }) => ({ value: principalId, label: named(name, 'user') })),
        ...apps.items.map(({ principalId, name }) => ({ value: principalId, label: named(name, 'app') })),
        ...instances.items.flatMap(({ identity, name }) =>
          identity === null ? [] : [{ value: identity.principalId, label: named(name, 'system') }],
        ),
      ]
    },
    placeholderData: keepPreviousData,
  })

function named(name: string, kind: keyof typeof principalKindWords): string {
  return `${name} · ${principalKindWords[kind]}`
}
