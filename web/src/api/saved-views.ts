import { type SavedView, type ViewContent, type ViewedList, viewsApi } from '@signet/shared/api/views'
import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { call } from './client.ts'
import type { QueryRoot } from './query-roots.ts'

const root: QueryRoot = 'views'

const viewsOptions = (list: ViewedList) =>
  queryOptions({
    queryKey: [root, list],
    queryFn: ({ signal }) => call(viewsApi.list)({ query: { list } }, signal),
  })

/** The saved views of a list: own ones and those others share. */
export function useSavedViews(list: ViewedList): readonly SavedView[] {
  return useQuery(viewsOptions(list)).data?.items ?? []
}

export function useSaveView(list: ViewedList) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (view: ViewContent & { name: string; shared: boolean }) =>
      call(viewsApi.save)({ body: { ...view, list } }),
    onSuccess: () => client.invalidateQueries({ queryKey: [root] }),
  })
}

export function useDeleteView() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (viewId: string) => call(viewsApi.remove)({ params: { viewId } }),
    onSuccess: () => client.invalidateQueries({ queryKey: [root] }),
  })
}
