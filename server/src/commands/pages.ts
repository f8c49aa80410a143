import type { Page } from '@signet/shared/api/paging'

/** What is asked of a page of a list, as the address has it. */
export interface PageWish extends Record<string, string> {
  limit: string
}

/** Every row of a list, page by page. */
export async function everyPage<T>(page: (query: PageWish) => Promise<Page<T>>): Promise<T[]> {
  const all: T[] = []
  let query: PageWish | undefined = { limit: '200' }
  while (query) {
    const { items, nextCursor }: Page<T> = await page(query)
    all.push(...items)
    query = nextCursor === null ? undefined : { limit: '200', cursor: nextCursor }
  }
  return all
}
