import { userIdentitiesApi } from '@signet/shared/api/user-identities'
import type { ObjectId } from '@signet/shared/vocabulary/identifiers'
import { queryOptions } from '@tanstack/react-query'
import { call } from './client.ts'
import type { QueryRoot } from './query-roots.ts'

/** App roles of a principal of any kind. */
export const heldRolesOptions = (principalId: ObjectId) =>
  queryOptions({
    queryKey: ['roles' satisfies QueryRoot, 'of-principal', principalId],
    queryFn: ({ signal }) => call(userIdentitiesApi.roles)({ params: { principalId } }, signal),
  })
