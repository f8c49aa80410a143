import { useInfiniteQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { loadStateOf } from '../../api/load-state.ts'
import { rowsOf } from '../../api/pages.ts'
import { Button } from '../../ui/button.tsx'
import { Frame } from '../../ui/card.tsx'
import { DataTable } from '../../ui/data-table.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { LoadMore } from '../../ui/load-more.tsx'
import { Loadable } from '../../ui/loadable.tsx'
import { NewItemsPill, useHeldRows } from '../../ui/new-items-pill.tsx'
import { PageHeader } from '../../ui/page-header.tsx'
import { useTitle } from '../../ui/page-title.ts'
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
  const rows = query.data === undefined ? [] : rowsOf(query.data)
  const held = useHeldRows(rows, (row) => row.id, JSON.stringify(filter))
  return (
    <Loadable state={loadStateOf(query)} lines={10}>
      {() => {
        if (rows.length === 0) {
          return (
            <EmptyState title="No event matches the filter" actions={<Button onClick={onClear}>Clear filter</Button>} />
          )
        }
        return (
          <section aria-label="Events" {...held.holder}>
            <NewItemsPill count={held.newCount} onShow={held.showNew} />
            <DataTable
              label="Audit events"
              columns={auditColumns}
              rows={held.rows}
              rowId={(row) => row.id}
              detail={{ nameOf: eventName, render: (row) => <AuditEntry event={row} /> }}
            />
            <LoadMore
              shown={held.rows.length}
              noun={held.rows.length === 1 ? 'event' : 'events'}
              hasMore={query.hasNextPage}
              busy={query.isFetchingNextPage}
              onMore={() => void query.fetchNextPage()}
            />
          </section>
        )
      }}
    </Loadable>
  )
}
