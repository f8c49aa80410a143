import { resourcesApi } from '@signet/shared/api/resources'
import { userIdentitiesApi } from '@signet/shared/api/user-identities'
import type { InstanceId, ObjectId } from '@signet/shared/vocabulary/identifiers'
import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { call } from './client.ts'
import type { QueryRoot } from './query-roots.ts'

const shown = ['instances', 'targets', 'identities'] as const satisfies QueryRoot[]

/** What turning on would do to an instance: make a principal, or make one where the last could be restored. */
export const turnOnOptions = (instanceId: InstanceId) =>
  queryOptions({
    queryKey: ['instances' satisfies QueryRoot, 'turn-on', instanceId],
    queryFn: async ({ signal }) => {
      const { version, restorable } = await call(resourcesApi.show)({ params: { instanceId } }, signal)
      return { ifMatch: version, restorable }
    },
    staleTime: 0,
  })

/** Turns an identity on. Offered where a missing identity is noticed, hence not part of a feature. */
export function useTurnOn() {
  return useMend(({ instanceId, ifMatch }: { instanceId: InstanceId; ifMatch: number }) =>
    call(resourcesApi.setIdentity)({ params: { instanceId }, body: { enabled: true }, ifMatch }),
  )
}

/** Brings the last principal back, under the same IDs. */
export function useRestore() {
  return useMend(({ principalId, ifMatch }: { principalId: ObjectId; ifMatch: number }) =>
    call(resourcesApi.restore)({ params: { principalId }, body: {}, ifMatch }),
  )
}

/** Resumes a paused identity, where its refusal is noticed. */
export function useResume() {
  return useMend(async ({ principalId, isUserAssigned }: { principalId: ObjectId; isUserAssigned: boolean }) => {
    const request = { params: { principalId }, body: {} }
    await (isUserAssigned ? call(userIdentitiesApi.resume)(request) : call(resourcesApi.resume)(request))
  })
}

function useMend<Input, Output>(mutationFn: (input: Input) => Promise<Output>) {
  const client = useQueryClient()
  return useMutation({
    mutationFn,
    onSettled: () => {
      for (const root of shown) void client.invalidateQueries({ queryKey: [root] })
    },
  })
}
