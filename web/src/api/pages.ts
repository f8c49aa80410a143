import type { Page } from '@signet/shared/api/paging'
import type { InfiniteData } from '@tanstack/react-query'

/** Query options that every list with keyset paging shares. */
export const pagesOptions = {
  initialPageParam: undefined as string | undefined,
  getNextPageParam: (last: Page<unknown>) => last.nextCursor ?? undefined,
} as const

export function rowsOf<T>(data: InfiniteData<Page<T>, unknown>): T[] {
  return data.pages.flatMap((page) => page.items)
}
