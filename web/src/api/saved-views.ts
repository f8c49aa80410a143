import { type ViewContent, type ViewedList, viewsApi } from '@signet/shared/api/views'
import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { problemOf } from './api-error.ts'
import { call } from './client.ts'
import type { QueryRoot } from './query-roots.ts'

const root: QueryRoot = 'views'

const viewsOptions = (list: ViewedList) =>
  queryOptions({
    queryKey: [root, list],
    queryFn: ({ signal }) => call(viewsApi.list)({ query: { list } }, signal),
  })

const done = () => undefined

/** The saved views of a list: own ones and those others share. Saving and deleting answer with what went wrong, if anything. */
export function useSavedViews(list: ViewedList) {
  const client = useQueryClient()
  const onSuccess = () => client.invalidateQueries({ queryKey: [root] })
  const views = useQuery(viewsOptions(list))
  const save = useMutation({
    mutationFn: (view: Partial<ViewContent> & { name: string; shared: boolean }) =>
      call(viewsApi.save)({ body: { ...view, list } }),
    onSuccess,
  })
  const remove = useMutation({
    mutationFn: (viewId: string) => call(viewsApi.remove)({ params: { viewId } }),
    onSuccess,
  })
  return {
    views: views.data?.items ?? [],
    save: (view: Parameters<typeof save.mutate>[0]) => save.mutateAsync(view).then(done, problemOf),
    remove: (viewId: string) => remove.mutateAsync(viewId).then(done, problemOf),
  }
}
