import { resourcesApi } from '@signet/shared/api/resources'
import { userIdentitiesApi } from '@signet/shared/api/user-identities'
import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { call } from './client.ts'
import type { QueryRoot } from './query-roots.ts'

const instances = call(resourcesApi.list)
const identities = call(userIdentitiesApi.list)
const offered = 50

/** Instances to choose from, by words of their name. */
export const instanceChoicesOptions = (filter: string) =>
  queryOptions({
    queryKey: ['instances' satisfies QueryRoot, 'choices', filter],
    queryFn: ({ signal }) => instances({ query: { filter, limit: offered } }, signal),
    placeholderData: keepPreviousData,
  })

/** User-assigned identities to choose from, by words of their name. */
export const identityChoicesOptions = (filter: string) =>
  queryOptions({
    queryKey: ['identities' satisfies QueryRoot, 'choices', filter],
    queryFn: ({ signal }) => identities({ query: { filter, limit: offered } }, signal),
    placeholderData: keepPreviousData,
  })
