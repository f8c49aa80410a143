import { auditApi } from '@signet/shared/api/audit'
import { fieldIs } from '@signet/shared/query/query-text'
import { infiniteQueryOptions, useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { call } from '../../api/client.ts'
import { pagedListOf, pagesOptions } from '../../api/pages.ts'
import type { QueryRoot } from '../../api/query-roots.ts'
import { Card } from '../../ui/card.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { PagedTable } from '../../ui/paged-table.tsx'
import { auditColumns } from './audit-columns.tsx'

const list = call(auditApi.list)

const historyOptions = (filter: string) =>
  infiniteQueryOptions({
    ...pagesOptions,
    queryKey: ['audit' satisfies QueryRoot, 'history', filter],
    queryFn: ({ pageParam, signal }) => list({ query: { filter, cursor: pageParam, limit: 25 } }, signal),
  })

// Whose events they are is said by the page.
const columns = auditColumns.filter(({ id }) => id !== 'target')

/** All that was ever done to one thing, newest first, on the page of that thing. */
export function TargetHistory({ targetId }: { targetId: string }) {
  const filter = fieldIs('target', targetId)
  const query = useInfiniteQuery(historyOptions(filter))
  return (
    <Card
      title="What was done to it"
      actions={
        <Link to="/audit" search={{ filter, range: 'all' }}>
          Open in the audit log
        </Link>
      }
    >
      <PagedTable
        label="What was done to it"
        columns={columns}
        list={pagedListOf(query)}
        rowId={(event) => event.id}
        nouns={['event', 'events']}
        empty={<EmptyState title="Nothing was done to it yet" />}
      />
    </Card>
  )
}
