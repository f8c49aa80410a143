import { useInfiniteQuery } from '@tanstack/react-query'
import { loadStateOf } from '../../api/load-state.ts'
import { rowsOf } from '../../api/pages.ts'
import { Frame } from '../../ui/card.tsx'
import { DataTable } from '../../ui/data-table.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { LoadMore } from '../../ui/load-more.tsx'
import { Loadable } from '../../ui/loadable.tsx'
import { NothingRotated } from './nothing-rotated.tsx'
import { rotationColumns } from './rotation-columns.tsx'
import { rotationsOptions } from './rotations-queries.ts'

/** Rotations, newest first: those under way, or all there ever were. */
export function RunList({ which }: { which: 'open' | 'all' }) {
  const query = useInfiniteQuery(rotationsOptions(which === 'open' ? 'open:yes' : undefined))
  return (
    <Frame>
      <Loadable state={loadStateOf(query)} lines={8}>
        {(data) => {
          const rows = rowsOf(data)
          if (rows.length === 0) return which === 'open' ? <NothingWaits /> : <NothingRotated />
          return (
            <>
              <DataTable label="Rotations" columns={rotationColumns} rows={rows} rowId={(row) => row.id} />
              <LoadMore
                shown={rows.length}
                noun={rows.length === 1 ? 'rotation' : 'rotations'}
                hasMore={query.hasNextPage}
                busy={query.isFetchingNextPage}
                onMore={() => void query.fetchNextPage()}
              />
            </>
          )
        }}
      </Loadable>
    </Frame>
  )
}

function NothingWaits() {
  return (
    <EmptyState title="Nothing is under way">
      <p>No rotation waits for an agent, and no overlap runs.</p>
    </EmptyState>
  )
}
