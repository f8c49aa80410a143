import { type UserIdentityDetail, type UserIdentitySort, userIdentitiesApi } from '@signet/shared/api/user-identities'
import { type InstanceId, ObjectId } from '@signet/shared/vocabulary/identifiers'
import {
  infiniteQueryOptions,
  keepPreviousData,
  queryOptions,
  useMutation,
  useQueryClient,
} from '@tanstack/react-query'
import { idIn } from '../../api/address-id.ts'
import { call } from '../../api/client.ts'
import { useFacets, useListRows } from '../../api/list-rows.ts'
import { pagesOptions } from '../../api/pages.ts'
import type { QueryRoot } from '../../api/query-roots.ts'
import { ensureGroup } from '../../api/resource-groups.ts'

const list = call(userIdentitiesApi.list)
const facets = call(userIdentitiesApi.facets)
const show = call(userIdentitiesApi.show)
const instances = call(userIdentitiesApi.instances)

const root: QueryRoot = 'identities'
const pageSize = 100
// Changes are announced; times of tokens are not, so what shows them is read again now and then.
const tokenPaceMs = 15_000

export function useIdentityRows(question: { filter: string; sort: UserIdentitySort; enabled: boolean }) {
  return useListRows({ root, list, refetchMs: tokenPaceMs }, question)
}

export function useIdentityFacets() {
  return useFacets(root, facets)
}

export const identityOptions = (principalId: string) =>
  queryOptions({
    queryKey: [root, 'one', principalId],
    queryFn: ({ signal }) => show({ params: { principalId: idIn(ObjectId, principalId, 'principal ID') } }, signal),
    refetchInterval: tokenPaceMs,
  })

/** Service instances that an identity is assigned to. */
export const assignedInstancesOptions = (principalId: ObjectId) =>
  infiniteQueryOptions({
    ...pagesOptions,
    queryKey: [root, 'instances', principalId],
    queryFn: ({ pageParam, signal }) =>
      instances({ params: { principalId }, query: { cursor: pageParam, limit: pageSize } }, signal),
    placeholderData: keepPreviousData,
  })

/** User-assigned identities of one service instance. */
export const identitiesOfOptions = (instanceId: InstanceId) =>
  queryOptions({
    queryKey: [root, 'of-instance', instanceId],
    queryFn: ({ signal }) => call(userIdentitiesApi.ofInstance)({ params: { instanceId } }, signal),
  })

/** The lifetime of the tokens of an identity of any kind. */
export const lifetimeOptions = (principalId: ObjectId) =>
  queryOptions({
    queryKey: [root, 'lifetime', principalId],
    queryFn: ({ signal }) => call(userIdentitiesApi.lifetime)({ params: { principalId } }, signal),
  })

/** What every act on an identity says: whose, why, and the version that whoever asks has seen. */
interface Wish {
  readonly principalId: ObjectId
  readonly reason?: string
  readonly ifMatch?: number
}

export type IdentityAct = 'pause' | 'resume' | 'remove' | 'restore'

/** Each answer is the identity as it is then; it is taken in at once. */
function useAct<W>(mutationFn: (wish: W) => Promise<UserIdentityDetail>) {
  const client = useQueryClient()
  return useMutation({
    mutationFn,
    onSuccess: (identity: UserIdentityDetail) =>
      client.setQueryData(identityOptions(identity.principalId).queryKey, identity),
    onSettled: () =>
      Promise.all(
        [root, 'instances' satisfies QueryRoot].map((each) => client.invalidateQueries({ queryKey: [each] })),
      ),
  })
}

export function useCreateIdentity() {
  return useAct(async (body: { name: string; resourceGroup: string; reason: string }) => {
    await ensureGroup(body.resourceGroup)
    return call(userIdentitiesApi.create)({ body })
  })
}

export function useChangeIdentity() {
  return useAct(async ({ principalId, ifMatch, ...body }: Wish & { name: string; resourceGroup: string }) => {
    await ensureGroup(body.resourceGroup)
    return call(userIdentitiesApi.change)({ params: { principalId }, body, ifMatch })
  })
}

export function useIdentityAct() {
  return useAct(({ act, principalId, ifMatch, reason }: Wish & { act: IdentityAct }) =>
    call(userIdentitiesApi[act])({ params: { principalId }, body: { reason }, ifMatch }),
  )
}

export function useAssign() {
  return useAct((wish: Wish & { act: 'attach' | 'detach'; instanceIds: InstanceId[] }) => {
    const { act, principalId, ifMatch, ...body } = wish
    return call(userIdentitiesApi[act])({ params: { principalId }, body, ifMatch })
  })
}

export function useSetLifetime(principalId: ObjectId) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: { seconds: number | null; reason: string }) =>
      call(userIdentitiesApi.setLifetime)({ params: { principalId }, body }),
    onSuccess: (lifetime) => client.setQueryData(lifetimeOptions(principalId).queryKey, lifetime),
    onSettled: () => client.invalidateQueries({ queryKey: [root] }),
  })
}
