import type { ReactNode } from 'react'
import { LoadMore } from './load-more.tsx'
import { Loadable, type LoadState } from './loadable.tsx'
import { SimpleTable } from './simple-table.tsx'
import type { Column } from './table-columns.ts'

/** Rows that come a page at a time. */
export interface PagedList<T> {
  readonly state: LoadState<readonly T[]>
  readonly hasMore: boolean
  readonly busy: boolean
  readonly onMore: () => void
}

interface PagedTableProps<T> {
  /** What the table lists; its name for assistive technology. */
  label: string
  columns: readonly Column<T>[]
  list: PagedList<T>
  rowId: (row: T) => string
  /** What one row is, and what many are. */
  nouns: readonly [one: string, many: string]
  /** Stands in place of the table when there is no row. */
  empty: ReactNode
  /** Lines of the skeleton that stands there at first. */
  lines?: number
}

/** A short table whose next rows come on demand. Lists of any length are `DataTable`s. */
export function PagedTable<T>({ label, columns, list, rowId, nouns, empty, lines }: PagedTableProps<T>) {
  return (
    <Loadable state={list.state} {...(lines !== undefined && { lines })}>
      {(rows) =>
        rows.length === 0 ? (
          empty
        ) : (
          <>
            <SimpleTable label={label} columns={columns} rows={rows} rowId={rowId} />
            <LoadMore
              shown={rows.length}
              noun={rows.length === 1 ? nouns[0] : nouns[1]}
              hasMore={list.hasMore}
              busy={list.busy}
              onMore={list.onMore}
            />
          </>
        )
      }
    </Loadable>
  )
}
