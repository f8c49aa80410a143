import type { Page } from '@signet/shared/api/paging'
import { useQuery } from '@tanstack/react-query'
import { usePagedRows } from './paged-rows.ts'
import type { QueryRoot } from './query-roots.ts'

interface ListQuestion<S> {
  readonly filter: string
  readonly sort: S
  /** Off for a filter that cannot be read: it is not asked. */
  readonly enabled: boolean
}

interface ListSource<S, P> {
  readonly root: QueryRoot
  readonly list: (
    input: { query: { filter: string; sort: S; cursor: string | undefined; limit: number } },
    signal: AbortSignal,
  ) => Promise<P>
  /** How often what is near the screen is read again without anything having been announced. */
  readonly refetchMs?: number
}

const pageSize = 100

/** The rows of a list by filter and sorting. */
export function useListRows<S, P extends Page<unknown>>(
  { root, list, refetchMs }: ListSource<S, P>,
  { filter, sort, enabled }: ListQuestion<S>,
) {
  return usePagedRows({
    queryKey: [root, 'list', { filter, sort }],
    read: (cursor, signal) => list({ query: { filter, sort, cursor, limit: pageSize } }, signal),
    pageSize,
    enabled,
    ...(refetchMs !== undefined && { refetchMs }),
  })
}

type Facets = Readonly<Record<string, Readonly<Record<string, number>>>>

/** How many rows of a list each value of a field would leave; undefined until that is known. */
export function useFacets(
  root: QueryRoot,
  read: (input: Record<string, never>, signal: AbortSignal) => Promise<Facets>,
) {
  return useQuery({ queryKey: [root, 'facets'], queryFn: ({ signal }) => read({}, signal) }).data
}
