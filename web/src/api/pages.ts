import type { Page } from '@signet/shared/api/paging'
import type { InfiniteData, UseInfiniteQueryResult } from '@tanstack/react-query'
import { loadStateOf } from './load-state.ts'

/** Query options that every list with keyset paging shares. */
export const pagesOptions = {
  initialPageParam: undefined as string | undefined,
  getNextPageParam: (last: Page<unknown>) => last.nextCursor ?? undefined,
} as const

export function rowsOf<T>(data: InfiniteData<Page<T>, unknown>): T[] {
  return data.pages.flatMap((page) => page.items)
}

/** A list of pages in the form that the design system's `PagedTable` shows. */
export function pagedListOf<T>(query: UseInfiniteQueryResult<InfiniteData<Page<T>, unknown>>) {
  const rows = query.data === undefined ? undefined : rowsOf(query.data)
  return {
    state: { ...loadStateOf(query), data: rows },
    hasMore: query.hasNextPage,
    busy: query.isFetchingNextPage,
    onMore: () => void query.fetchNextPage(),
  }
}
