import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { loadStateOf } from '../../api/load-state.ts'
import { rowsOf } from '../../api/pages.ts'
import { Button } from '../../ui/button.tsx'
import { Frame } from '../../ui/card.tsx'
import { DataTable } from '../../ui/data-table.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { LoadMore } from '../../ui/load-more.tsx'
import { Loadable } from '../../ui/loadable.tsx'
import { PageHeader } from '../../ui/page-header.tsx'
import { useTitle } from '../../ui/page-title.ts'
import styles from './audit.module.css'
import { auditColumns, eventName } from './audit-columns.tsx'
import { AuditEntry } from './audit-entry.tsx'
import { AuditFilterBox } from './audit-filter-box.tsx'
import { AuditHistogram } from './audit-histogram.tsx'
import { type AuditSearch, auditCountOptions, auditOptions } from './audit-queries.ts'
import { AuditRangeBar } from './audit-range-bar.tsx'

const page = getRouteApi('/signed-in/audit')

/** What happened, newest first. */
export function AuditPage() {
  useTitle('Audit')
  const search = page.useSearch()
  const navigate = page.useNavigate()
  const change = (next: Partial<AuditSearch>) => void navigate({ search: { ...search, ...next } })
  return (
    <>
      <PageHeader title="Audit" lead="Every act of operators, agents and Signet itself, newest first." />
      <AuditFilterBox filter={search.filter} onChange={(filter) => change({ filter })} />
      <div className={styles['tools']}>
        <AuditRangeBar search={search} onChange={change} />
        <Count search={search} />
      </div>
      <AuditHistogram search={search} onRange={change} />
      <Frame>
        <AuditList
          search={search}
          onClear={() => change({ filter: undefined, range: 'all', from: undefined, to: undefined })}
        />
      </Frame>
    </>
  )
}

function Count({ search }: { search: AuditSearch }) {
  const { data } = useQuery(auditCountOptions(search))
  if (data === undefined) return null
  const events = data.isCapped ? `${data.matching.toLocaleString('en')}+` : data.matching.toLocaleString('en')
  return <output className="muted">{`${events} ${data.matching === 1 ? 'event' : 'events'}`}</output>
}

function AuditList({ search, onClear }: { search: AuditSearch; onClear: () => void }) {
  const query = useInfiniteQuery(auditOptions(search))
  return (
    <Loadable state={loadStateOf(query)} lines={10}>
      {(data) => {
        const rows = rowsOf(data)
        if (rows.length === 0) {
          return (
            <EmptyState
              title="No event matches the filter in this time"
              actions={<Button onClick={onClear}>Show all events</Button>}
            />
          )
        }
        return (
          <>
            <DataTable
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
