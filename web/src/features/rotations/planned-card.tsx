import type { PlannedRotation } from '@signet/shared/api/rotation-calendar'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { pagedListOf } from '../../api/pages.ts'
import { Card } from '../../ui/card.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { LoadMore } from '../../ui/load-more.tsx'
import { Loadable } from '../../ui/loadable.tsx'
import { None } from '../../ui/none.tsx'
import { ExactTime } from '../../ui/relative-time.tsx'
import { SimpleTable } from '../../ui/simple-table.tsx'
import { columnsOf } from '../../ui/table-columns.ts'
import { Untrusted } from '../../ui/untrusted.tsx'
import { plannedOptions } from './rotations-queries.ts'

const plannedColumns = columnsOf<PlannedRotation>([
  {
    id: 'identity',
    header: 'Identity',
    cell: ({ principalId, principalName, instance }) =>
      instance === null ? (
        <Link to="/identities/$principalId/{-$tab}" params={{ principalId, tab: undefined }}>
          <Untrusted text={principalName} />
        </Link>
      ) : (
        <Link to="/instances/$instanceId/{-$tab}" params={{ instanceId: instance.id, tab: 'certificates' }}>
          <Untrusted text={instance.name} />
        </Link>
      ),
  },
  { id: 'at', header: 'Rotates', cell: ({ at }) => <ExactTime at={at} relative /> },
  { id: 'due', header: 'Due by age', cell: ({ dueAt, at }) => (dueAt === at ? <None /> : <ExactTime at={dueAt} />) },
  { id: 'policy', header: 'Policy', cell: ({ policy }) => <Untrusted text={policy} /> },
])

/** Certificates that roll on a day, or that wait for a window. */
export function PlannedCard({ title, what }: { title: string; what: number | 'waiting' }) {
  const { state, hasMore, busy, onMore } = pagedListOf(useInfiniteQuery(plannedOptions(what)))
  return (
    <Card title={title}>
      <Loadable state={state} lines={4}>
        {(rows) =>
          rows.length === 0 ? (
            <EmptyState title="Nothing rotates then" />
          ) : (
            <>
              <SimpleTable label={title} columns={plannedColumns} rows={rows} rowId={({ slotId }) => slotId} />
              <LoadMore
                shown={rows.length}
                noun={rows.length === 1 ? 'certificate' : 'certificates'}
                {...{ hasMore, busy, onMore }}
              />
            </>
          )
        }
      </Loadable>
    </Card>
  )
}

/** What is due and held back, above what is under way; nothing where nothing is. */
export function HeldCard() {
  const { data } = useInfiniteQuery(plannedOptions('waiting'))
  if ((data?.pages[0]?.items.length ?? 0) === 0) return null
  return <PlannedCard title="Paused: due, and held back by a window, blackout or freeze" what="waiting" />
}
