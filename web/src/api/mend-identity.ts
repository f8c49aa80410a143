import { resourcesApi } from '@signet/shared/api/resources'
import type { InstanceId, ObjectId } from '@signet/shared/vocabulary/identifiers'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { call } from './client.ts'
import type { QueryRoot } from './query-roots.ts'

const shown = ['instances', 'targets'] as const satisfies QueryRoot[]

/** Turns an identity on. Offered where a missing identity is noticed, hence not part of a feature. */
export function useTurnOn() {
  return useMend((instanceId: InstanceId) =>
    call(resourcesApi.setIdentity)({ params: { instanceId }, body: { enabled: true } }),
  )
}

/** Resumes a paused identity, where its refusal is noticed. */
export function useResume() {
  return useMend((principalId: ObjectId) => call(resourcesApi.resume)({ params: { principalId }, body: {} }))
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
