import { clockApi } from '@signet/shared/api/clock'
import { overviewApi } from '@signet/shared/api/overview'
import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { call } from '../../api/client.ts'
import type { QueryRoot } from '../../api/query-roots.ts'

const root = 'overview' satisfies QueryRoot
/** Events announce what somebody changed; what time alone changes, and tokens, are looked at this often. */
const paceMs = 30_000

export const overviewOptions = queryOptions({
  queryKey: [root, 'numbers'],
  queryFn: ({ signal }) => call(overviewApi.overview)({}, signal),
  refetchInterval: paceMs,
})

export const attentionOptions = queryOptions({
  queryKey: [root, 'attention'],
  queryFn: ({ signal }) => call(overviewApi.attention)({}, signal),
  refetchInterval: paceMs,
})

export function useConfirmClock() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (steppedAt: number) => call(clockApi.confirm)({ body: { steppedAt } }),
    onSettled: () => client.invalidateQueries({ queryKey: [root] }),
  })
}
