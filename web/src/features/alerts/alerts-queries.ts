import { type Alert, alertsApi } from '@signet/shared/api/alerts'
import type { AlertState } from '@signet/shared/vocabulary/alerts'
import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { call } from '../../api/client.ts'
import { pagesOptions } from '../../api/pages.ts'
import type { QueryRoot } from '../../api/query-roots.ts'

const root: QueryRoot = 'alerts'
const list = call(alertsApi.list)

export const alertsOptions = (state: AlertState) =>
  infiniteQueryOptions({
    ...pagesOptions,
    queryKey: [root, 'list', state],
    queryFn: ({ pageParam, signal }) => list({ query: { state, cursor: pageParam } }, signal),
  })

export const alertCountOptions = queryOptions({
  queryKey: [root, 'count'],
  queryFn: ({ signal }) => call(alertsApi.count)({}, signal),
})

export function useAcknowledge({ id }: Pick<Alert, 'id'>) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (note: string) => call(alertsApi.acknowledge)({ params: { alertId: id }, body: { note } }),
    onSettled: () => client.invalidateQueries({ queryKey: [root] }),
  })
}
