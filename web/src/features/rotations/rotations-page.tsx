import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { loadStateOf } from '../../api/load-state.ts'
import { rowsOf } from '../../api/pages.ts'
import { buttonClass } from '../../ui/button.tsx'
import { Frame } from '../../ui/card.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { LoadMore } from '../../ui/load-more.tsx'
import { Loadable } from '../../ui/loadable.tsx'
import { PageHeader } from '../../ui/page-header.tsx'
import { useTitle } from '../../ui/page-title.ts'
import { SimpleTable } from '../../ui/simple-table.tsx'
import { PolicyCard } from './policy-card.tsx'
import { rotationColumns } from './rotation-columns.tsx'
import { rotationsOptions } from './rotations-queries.ts'

/** History of every rotation, and the policy that makes them happen. */
export function RotationsPage() {
  useTitle('Rotations')
  return (
    <>
      <PageHeader title="Rotations" lead="Every certificate that took over from another, newest first." />
      <PolicyCard />
      <Frame>
        <History />
      </Frame>
    </>
  )
}

function History() {
  const query = useInfiniteQuery(rotationsOptions)
  return (
    <Loadable state={loadStateOf(query)} lines={8}>
      {(data) => {
        const rows = rowsOf(data)
        if (rows.length === 0) return <NothingRotated />
        return (
          <>
            <SimpleTable label="Rotations" columns={rotationColumns} rows={rows} rowId={(row) => row.id} />
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
  )
}

function NothingRotated() {
  return (
    <EmptyState
      title="Nothing has rotated yet"
      actions={
        <Link to="/instances" className={buttonClass()}>
          Go to Instances
        </Link>
      }
    >
      <p>The first rotation of an instance is the issue of its first certificate, when its identity is turned on.</p>
    </EmptyState>
  )
}
