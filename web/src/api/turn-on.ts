import { resourcesApi } from '@signet/shared/api/resources'
import type { InstanceId } from '@signet/shared/vocabulary/identifiers'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { call } from './client.ts'
import type { QueryRoot } from './query-roots.ts'

const shown = ['instances', 'targets'] as const satisfies QueryRoot[]

/** Turns an identity on. Offered where a missing identity is noticed, hence not part of a feature. */
export function useTurnOn() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (instanceId: InstanceId) =>
      call(resourcesApi.setIdentity)({ params: { instanceId }, body: { enabled: true } }),
    onSettled: () => {
      for (const root of shown) void client.invalidateQueries({ queryKey: [root] })
    },
  })
}
