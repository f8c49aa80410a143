import { userIdentitiesApi } from '@signet/shared/api/user-identities'
import { queryOptions } from '@tanstack/react-query'
import { hasCode } from './api-error.ts'
import { call } from './client.ts'
import type { QueryRoot } from './query-roots.ts'

/** Resource groups to choose from, by name. */
export const groupsOptions = queryOptions({
  queryKey: ['identities' satisfies QueryRoot, 'groups'],
  queryFn: ({ signal }) => call(userIdentitiesApi.groups)({}, signal),
})

/** Makes a resource group that is named for the first time; somebody else may be faster. */
export async function ensureGroup(name: string): Promise<void> {
  const { items } = await call(userIdentitiesApi.groups)()
  if (items.some((group) => group.name.toLowerCase() === name.toLowerCase())) return
  await call(userIdentitiesApi.createGroup)({ body: { name } }).catch((error: unknown) => {
    if (!hasCode(error, 'conflict')) throw error
  })
}
