import type { AuditEvent } from '@signet/shared/api/audit'
import { auditFields } from '@signet/shared/query/audit-fields'
import { parseQuery } from '@signet/shared/query/query'
import { auditActions } from '@signet/shared/vocabulary/audit-events'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { usePagedRows } from '../../api/paged-rows.ts'
import { outcomeWords, wordsOf } from '../../api/words.ts'
import { Button } from '../../ui/button.tsx'
import { Frame } from '../../ui/card.tsx'
import { ColumnsMenu } from '../../ui/columns-menu.tsx'
import { countWords } from '../../ui/count-words.ts'
import { DataTable } from '../../ui/data-table.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { ErrorPanel } from '../../ui/error-panel.tsx'
import { NewItemsPill, useHeldRows } from '../../ui/new-items-pill.tsx'
import { PageHeader } from '../../ui/page-header.tsx'
import { useTitle } from '../../ui/page-title.ts'
import { usePreferences } from '../../ui/preferences.ts'
import { QueryBox } from '../../ui/query-box.tsx'
import { readLayout, writeLayout } from '../../ui/table-columns.ts'
import styles from './audit.module.css'
import { auditColumns, eventName } from './audit-columns.tsx'
import { AuditExport } from './audit-export.tsx'
import { AuditHistogram } from './audit-histogram.tsx'
import { AuditPeek } from './audit-peek.tsx'
import { type AuditSearch, auditCountOptions, auditKey, readAudit } from './audit-queries.ts'
import { AuditRangeBar } from './audit-range-bar.tsx'
import { AuditViews } from './audit-views.tsx'

const page = getRouteApi('/signed-in/audit')
const pageSize = 50
const filterWords = { action: auditActions, result: wordsOf(outcomeWords) }

/** What happened, newest first. */
export function AuditPage() {
  useTitle('Audit')
  const search = page.useSearch()
  const navigate = page.useNavigate()
  const change = (next: Partial<typeof search>, push = false) =>
    void navigate({ search: { ...search, view: undefined, ...next }, replace: !push })
  const { layout } = readLayout(search.cols, auditColumns)
  const setLayout = (next: typeof layout) => change({ cols: writeLayout(next, auditColumns) })
  return (
    <>
      <PageHeader
        title="Audit"
        lead="Every act of operators, agents and Signet itself, newest first."
        actions={
          <>
            <AuditViews search={search} onOpen={(view) => change({ ...view, event: undefined }, true)} />
            <ColumnsMenu columns={auditColumns} layout={layout} onLayout={setLayout} />
            <AuditExport search={questionOf(search)} isReadable={isReadable(search)} />
          </>
        }
      />
      <div className={styles['tools']}>
        <QueryBox
          label="events"
          fields={auditFields}
          words={filterWords}
          value={search.filter ?? ''}
          onChange={(filter) => change({ filter: filter === '' ? undefined : filter })}
        />
        <AuditRangeBar search={search} onChange={change} />
        <Count search={questionOf(search)} />
      </div>
      <AuditHistogram search={questionOf(search)} isReadable={isReadable(search)} onRange={change} />
      <AuditList
        search={questionOf(search)}
        eventId={search.event}
        layout={layout}
        onLayout={setLayout}
        onEvent={(event) => change({ view: search.view, event })}
        onClear={() => change({ filter: undefined, range: 'all', from: undefined, to: undefined })}
      />
    </>
  )
}

/** What the server is asked; a filter with a fault is shown as such and asks for nothing. */
function questionOf({ filter, range, from, to }: AuditSearch): AuditSearch {
  return { filter, range, from, to }
}

function isReadable({ filter = '' }: AuditSearch): boolean {
  return parseQuery(filter, auditFields).faults.length === 0
}

function Count({ search }: { search: AuditSearch }) {
  const enabled = isReadable(search)
  const { data } = useQuery({ ...auditCountOptions(search), enabled })
  if (!enabled || data === undefined) return null
  const { matching, isCapped } = data
  const events = countWords({ shown: matching, isCapped })
  return <output className="muted">{`${events} ${matching === 1 ? 'event' : 'events'}`}</output>
}

interface AuditListProps {
  search: AuditSearch
  eventId: string | undefined
  layout: ReturnType<typeof readLayout>['layout']
  onLayout: (layout: ReturnType<typeof readLayout>['layout']) => void
  onEvent: (eventId: string | undefined) => void
  onClear: () => void
}

function AuditList({ search, eventId, layout, onLayout, onEvent, onClear }: AuditListProps) {
  usePreferences()
  const { rows, problem, retry } = usePagedRows({
    queryKey: auditKey(search),
    read: (cursor, signal) => readAudit(search, cursor, signal),
    pageSize,
    enabled: isReadable(search),
  })
  const held = useHeldRows(rows, (row) => row.id, JSON.stringify(search))
  const onPeek = (event: AuditEvent | undefined) => onEvent(event?.id)
  return (
    <>
      {problem !== null && <ErrorPanel problem={problem} onRetry={retry} />}
      <section aria-label="Events" {...held.holder}>
        <NewItemsPill count={held.newCount} onShow={held.showNew} />
        <Frame>
          <DataTable
            label="Audit events"
            columns={auditColumns}
            layout={layout}
            onLayout={onLayout}
            rows={held.rows}
            rowId={(row) => row.id}
            nameOf={eventName}
            peekId={eventId}
            onPeek={onPeek}
            onOpen={onPeek}
            empty={
              <EmptyState
                title="No event matches the filter in this time"
                actions={<Button onClick={onClear}>Show all events</Button>}
              />
            }
          />
        </Frame>
      </section>
      {eventId !== undefined && <AuditPeek eventId={eventId} onClose={() => onEvent(undefined)} />}
    </>
  )
}
