import { authorizationApi, type RoleDefinition } from '@signet/shared/api/authorization'
import { resourcesApi } from '@signet/shared/api/resources'
import { userIdentitiesApi } from '@signet/shared/api/user-identities'
import { vaultApi } from '@signet/shared/api/vault'
import { ObjectId } from '@signet/shared/vocabulary/identifiers'
import {
  infiniteQueryOptions,
  keepPreviousData,
  queryOptions,
  useMutation,
  useQueryClient,
} from '@tanstack/react-query'
import { z } from 'zod'
import { idIn } from '../../api/address-id.ts'
import { ApiError } from '../../api/api-error.ts'
import { call } from '../../api/client.ts'
import { usePagedRows } from '../../api/paged-rows.ts'
import { pagesOptions } from '../../api/pages.ts'
import type { QueryRoot } from '../../api/query-roots.ts'

const root: QueryRoot = 'access'
const pageSize = 100
const refetchMs = 30_000
const readAssignments = call(authorizationApi.assignments)

/** Which role assignments are listed. */
export interface AssignmentFilter {
  readonly principalId: ObjectId | undefined
  readonly roleId: string | undefined
  /** Those at this scope and below it. */
  readonly under: string | undefined
  readonly unused: 'true' | undefined
  readonly broad: 'true' | undefined
}

export function useAssignmentRows(filter: AssignmentFilter) {
  return usePagedRows({
    queryKey: [root, 'list', filter],
    read: (cursor, signal) => readAssignments({ query: { ...filter, cursor, limit: pageSize } }, signal),
    pageSize,
    // Uses are not announced: there is one with every request.
    refetchMs,
  })
}

/** What one principal has, a page at a time. */
export const heldAssignmentsOptions = (principalId: ObjectId) =>
  infiniteQueryOptions({
    ...pagesOptions,
    queryKey: [root, 'held', principalId],
    queryFn: ({ pageParam, signal }) => readAssignments({ query: { principalId, cursor: pageParam } }, signal),
  })

/** What this page has taken away: it is not asked for again, whoever still shows it for a moment. */
const takenAway = new Set<string>()

export const assignmentOptions = (assignmentId: string) =>
  queryOptions({
    queryKey: [root, 'one', assignmentId],
    queryFn: ({ signal }) => {
      if (takenAway.has(assignmentId)) throw new ApiError({ code: 'not_found', detail: 'It was taken away.' })
      const params = { assignmentId: idIn(z.guid(), assignmentId, 'ID of a role assignment') }
      return call(authorizationApi.assignment)({ params }, signal)
    },
  })

export const rolesOptions = queryOptions({
  queryKey: [root, 'roles'],
  queryFn: ({ signal }) => call(authorizationApi.roles)({}, signal),
})

export const roleOptions = (roleId: string) =>
  queryOptions({
    queryKey: [root, 'roles', roleId],
    queryFn: ({ signal }) =>
      call(authorizationApi.role)({ params: { roleId: idIn(z.guid(), roleId, 'ID of a role') } }, signal),
  })

/** Who has a role, a page at a time. */
export const havingOptions = (roleId: string) =>
  infiniteQueryOptions({
    ...pagesOptions,
    queryKey: [root, 'having', roleId],
    queryFn: ({ pageParam, signal }) => readAssignments({ query: { roleId, cursor: pageParam } }, signal),
  })

export const termsOptions = queryOptions({
  queryKey: [root, 'terms'],
  queryFn: ({ signal }) => call(authorizationApi.terms)({}, signal),
  staleTime: Number.POSITIVE_INFINITY,
})

/** What is asked of the decision. */
export interface AskedAccess {
  readonly action: string
  readonly scope: string
  readonly data: 'true' | 'false'
}

export const explanationOptions = (principalId: ObjectId, asked: AskedAccess) =>
  queryOptions({
    queryKey: [root, 'explanation', principalId, asked],
    queryFn: ({ signal }) => call(authorizationApi.explain)({ query: { principalId, ...asked } }, signal),
    placeholderData: keepPreviousData,
  })

export const holdersOptions = (asked: AskedAccess) =>
  infiniteQueryOptions({
    ...pagesOptions,
    queryKey: [root, 'holders', asked],
    queryFn: ({ pageParam, signal }) =>
      call(authorizationApi.whoCan)({ query: { ...asked, cursor: pageParam } }, signal),
  })

export interface WantedAssignment {
  readonly principalId: ObjectId
  readonly roleId: string
  readonly scope: string
}

export const previewOptions = (wanted: WantedAssignment) =>
  queryOptions({
    queryKey: [root, 'preview', wanted],
    queryFn: ({ signal }) => call(authorizationApi.preview)({ query: wanted }, signal),
  })

const offered = 20

/** Places that a role can be given at, whose name has the words: groups, vaults, instances and identities. */
export const placesOptions = (filter: string) =>
  queryOptions({
    queryKey: ['instances' satisfies QueryRoot, 'places', filter],
    queryFn: async ({ signal }) => {
      const query = { filter, limit: offered }
      const [groups, vaults, instances, users] = await Promise.all([
        call(userIdentitiesApi.groups)({}, signal),
        call(vaultApi.list)({ query: { limit: 200 } }, signal),
        call(resourcesApi.list)({ query }, signal),
        call(userIdentitiesApi.list)({ query }, signal),
      ])
      return {
        groups: groups.items.map(({ name }) => name),
        resources: [...vaults.items, ...instances.items, ...users.items].map(({ resourceId }) => resourceId),
      }
    },
    placeholderData: keepPreviousData,
  })

function useWrite<W, R>(mutationFn: (wish: W) => Promise<R>) {
  const client = useQueryClient()
  return useMutation({ mutationFn, onSettled: () => client.invalidateQueries({ queryKey: [root] }) })
}

export function useAssign() {
  return useWrite((body: WantedAssignment & { description?: string; reason: string }) =>
    call(authorizationApi.assign)({ body }),
  )
}

export function useUnassign() {
  return useWrite(async ({ id, reason }: { id: string; reason: string }) => {
    takenAway.add(id)
    try {
      await call(authorizationApi.unassign)({ params: { assignmentId: id }, body: { reason } })
    } catch (error) {
      takenAway.delete(id)
      throw error
    }
  })
}

export type RoleWish = Pick<RoleDefinition, 'name' | 'description' | 'permission' | 'assignableScopes'>

/** Of a role that is there, or of a new one. */
export function useSaveRole() {
  return useWrite(({ of, ...body }: RoleWish & { of: Pick<RoleDefinition, 'id' | 'version'> | undefined }) =>
    of === undefined
      ? call(authorizationApi.createRole)({ body })
      : call(authorizationApi.changeRole)({ params: { roleId: of.id }, body, ifMatch: of.version }),
  )
}

export function useRemoveRole() {
  return useWrite((roleId: string) => call(authorizationApi.removeRole)({ params: { roleId } }))
}

/** An ID of a principal as it stands in an address or a field; undefined for anything else. */
export function principalIdIn(text: string | undefined): ObjectId | undefined {
  return ObjectId.safeParse(text?.trim()).data
}
