import { useInfiniteQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { loadStateOf } from '../../api/load-state.ts'
import { rowsOf } from '../../api/pages.ts'
import { Button } from '../../ui/button.tsx'
import { Frame } from '../../ui/card.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { LoadMore } from '../../ui/load-more.tsx'
import { Loadable } from '../../ui/loadable.tsx'
import { PageHeader } from '../../ui/page-header.tsx'
import { useTitle } from '../../ui/page-title.ts'
import { SimpleTable } from '../../ui/simple-table.tsx'
import { auditColumns, eventName } from './audit-columns.tsx'
import { AuditEntry } from './audit-entry.tsx'
import { AuditFilters } from './audit-filters.tsx'
import { type AuditFilter, auditOptions } from './audit-queries.ts'

const page = getRouteApi('/signed-in/audit')

/** What happened, newest first. */
export function AuditPage() {
  useTitle('Audit')
  const filter = page.useSearch()
  const navigate = page.useNavigate()
  const setFilter = (next: AuditFilter) => void navigate({ search: next, replace: true })
  return (
    <>
      <PageHeader title="Audit" lead="Every act of operators, agents and Signet itself, newest first." />
      <AuditFilters filter={filter} onChange={setFilter} />
      <Frame>
        <AuditList filter={filter} onClear={() => setFilter({})} />
      </Frame>
    </>
  )
}

function AuditList({ filter, onClear }: { filter: AuditFilter; onClear: () => void }) {
  const query = useInfiniteQuery(auditOptions(filter))
  return (
    <Loadable state={loadStateOf(query)} lines={10}>
      {(data) => {
        const rows = rowsOf(data)
        if (rows.length === 0) {
          return (
            <EmptyState title="No event matches the filter" actions={<Button onClick={onClear}>Clear filter</Button>} />
          )
        }
        return (
          <>
            <SimpleTable
              label="Audit events"
              columns={auditColumns}
              rows={rows}
              rowId={(row) => row.id}
              detail={{ nameOf: eventName, render: (row) => <AuditEntry event={row} /> }}
            />
            <LoadMore
              shown={rows.length}
              noun={rows.length === 1 ? 'event' : 'events'}
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
