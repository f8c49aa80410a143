import type { Page } from '@signet/shared/api/paging'
import { type QueryKey, useQueries } from '@tanstack/react-query'
import { useCallback, useEffect, useRef, useState } from 'react'
import { problemOf } from './api-error.ts'

interface PagedRowsOptions<P extends Page<unknown>> {
  /** Identifies the question: filter and sorting are part of it. */
  readonly queryKey: QueryKey
  readonly read: (cursor: string | undefined, signal: AbortSignal) => Promise<P>
  readonly pageSize: number
  /** Off while there is no question worth asking, such as with a filter that cannot be read. */
  readonly enabled?: boolean
  /** How often what is near the screen is read again without anything having been announced. */
  readonly refetchMs?: number
}

/** What a list that draws itself row by row needs of its rows. */
interface RowWindow<T> {
  readonly count: number
  readonly hasMore: boolean
  readonly rowAt: (index: number) => T | undefined
  readonly show: (first: number, last: number) => void
  readonly isPending: boolean
  readonly isRefreshing: boolean
}

type ItemOf<P> = P extends Page<infer T> ? T : never

export interface PagedRows<P extends Page<unknown>> {
  readonly rows: RowWindow<ItemOf<P>>
  /** The first page of what is shown, which carries what is said about the whole. */
  readonly first: P | undefined
  readonly problem: ReturnType<typeof problemOf> | null
  readonly retry: () => void
}

/** One page of a list: where it starts, how many rows it had, and the rows unless they are far away. */
interface Tile<P> {
  readonly cursor: string | undefined
  count: number
  page: P | undefined
}

interface Chain<P> {
  readonly question: string
  readonly tiles: Tile<P>[]
}

/** Pages this far from the screen are forgotten, and read again when somebody comes back to them. */
const keptTiles = 25

/**
 * A list of any length over keyset pages. Pages lie in a row; each starts where the one before it ends, so none skips or
 * repeats a row while others are added. Only those near the screen are kept fresh: a change on the server costs two or
 * three requests however far somebody has scrolled. While a new question is answered the old rows stay.
 */
export function usePagedRows<P extends Page<unknown>>(options: PagedRowsOptions<P>): PagedRows<P> {
  const { queryKey, read, pageSize, enabled = true, refetchMs } = options
  const question = JSON.stringify(queryKey)
  const chain = useRef<Chain<P>>({ question: '', tiles: [] })
  if (chain.current.question !== question) chain.current = { question, tiles: [newTile(undefined)] }
  const { tiles } = chain.current
  const [near, show] = useNear(question, pageSize)
  const from = Math.min(near.from, tiles.length - 1)
  const until = Math.min(near.until, tiles.length - 1)

  const results = useQueries({
    queries: tiles.slice(from, until + 1).map(({ cursor }) => ({
      queryKey: [...queryKey, cursor ?? null],
      queryFn: ({ signal }: { signal: AbortSignal }) => read(cursor, signal),
      enabled,
      ...(refetchMs !== undefined && { refetchInterval: refetchMs }),
    })),
  })
  for (const [offset, { data }] of results.entries()) if (data !== undefined) settle(tiles, from + offset, data)
  forgetFar(tiles, from, until)
  useRedrawAfter(
    tiles
      .slice(from, until + 2)
      .map((tile) => tile.cursor)
      .join(' '),
  )

  const error = results.find((each) => each.error !== null)?.error ?? null
  const isPending = enabled && tiles[0]?.page === undefined && error === null
  const shown = useRef(chain.current)
  if (!isPending || shown.current.tiles[0]?.page === undefined) shown.current = chain.current
  const isFetching = results.some((each) => each.isFetching)
  return {
    rows: {
      ...(enabled ? windowOf(shown.current.tiles) : nothing),
      show,
      isPending: isPending && shown.current === chain.current,
      isRefreshing: isFetching,
    },
    first: shown.current.tiles[0]?.page,
    problem: error === null ? null : problemOf(error),
    retry: () => void Promise.all(results.map((each) => each.refetch())),
  }
}

/** What is shown of a question that is not asked. */
const nothing = { count: 0, hasMore: false, rowAt: () => undefined }

function newTile<P>(cursor: string | undefined): Tile<P> {
  return { cursor, count: 0, page: undefined }
}

interface Near {
  readonly question: string
  readonly from: number
  readonly until: number
}

/** Which pages are near the screen: those in sight and one page of rows beyond either end. */
function useNear(question: string, pageSize: number): [Near, (first: number, last: number) => void] {
  const [near, setNear] = useState<Near>({ question, from: 0, until: 0 })
  const show = useCallback(
    (first: number, last: number) => {
      const from = Math.max(0, Math.floor((first - pageSize / 2) / pageSize))
      const until = Math.floor((last + pageSize) / pageSize)
      setNear((now) => {
        const isSame = now.question === question && now.from === from && now.until === until
        return isSame ? now : { question, from, until }
      })
    },
    [question, pageSize],
  )
  return [near.question === question ? near : { question, from: 0, until: 0 }, show]
}

/** A page that came may have told where the next one starts, or starts now, and that one may be near. */
function useRedrawAfter(cursors: string): void {
  const [, redraw] = useState(cursors)
  useEffect(() => redraw(cursors), [cursors])
}

/** Takes in a page. Where the next one starts may have moved; then what was behind it is laid anew from there. */
function settle<P extends Page<unknown>>(tiles: Tile<P>[], index: number, page: P): void {
  const tile = tiles[index]
  if (tile === undefined || tile.page === page) return
  tile.page = page
  tile.count = page.items.length
  const next = tiles[index + 1]
  if (page.nextCursor === null) tiles.length = index + 1
  else if (next?.cursor !== page.nextCursor)
    tiles[index + 1] = { ...(next ?? newTile<P>(undefined)), cursor: page.nextCursor }
}

function forgetFar<P>(tiles: Tile<P>[], from: number, until: number): void {
  for (const [index, tile] of tiles.entries()) {
    if (index > 0 && (index < from - keptTiles || index > until + keptTiles)) tile.page = undefined
  }
}

function windowOf<P extends Page<unknown>>(tiles: readonly Tile<P>[]) {
  const starts: number[] = []
  let count = 0
  for (const tile of tiles) {
    starts.push(count)
    count += tile.count
  }
  const rowAt = (index: number): ItemOf<P> | undefined => {
    const at = index < count ? starts.findLastIndex((start) => start <= index) : -1
    const items = tiles[at]?.page?.items as ItemOf<P>[] | undefined
    return items?.[index - (starts[at] ?? 0)]
  }
  const last = tiles.at(-1)
  const isOpen = last === undefined || last.count === 0 || (last.page !== undefined && last.page.nextCursor !== null)
  const isEnd = last?.page !== undefined && last.page.nextCursor === null
  return { count, hasMore: isOpen && !isEnd, rowAt }
}
