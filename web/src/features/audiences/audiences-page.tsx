import { audienceFields } from '@signet/shared/query/audience-fields'
import { parseQuery } from '@signet/shared/query/query'
import { getRouteApi } from '@tanstack/react-router'
import { Plus } from 'lucide-react'
import { useState } from 'react'
import { useRefusal } from '../../api/session.ts'
import { Button } from '../../ui/button.tsx'
import { Frame } from '../../ui/card.tsx'
import { ColumnsMenu } from '../../ui/columns-menu.tsx'
import { DataTable } from '../../ui/data-table.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { ErrorPanel } from '../../ui/error-panel.tsx'
import { FilterLine } from '../../ui/filter-line.tsx'
import { NoMatch } from '../../ui/no-match.tsx'
import { PageHeader } from '../../ui/page-header.tsx'
import { useTitle } from '../../ui/page-title.ts'
import { readLayout, writeLayout } from '../../ui/table-columns.ts'
import { visibleText } from '../../ui/visible-text.ts'
import { audienceColumns } from './audience-columns.tsx'
import { RegisterAudienceDialog } from './audience-dialogs.tsx'
import { useAudienceRows } from './audiences-queries.ts'

const page = getRouteApi('/signed-in/audiences')

/** Every service that tokens are issued for. */
export function AudiencesPage() {
  useTitle('Audiences')
  const search = page.useSearch()
  const navigate = page.useNavigate()
  const [registering, setRegistering] = useState(false)
  const refusal = useRefusal('audiences.write')
  const filter = search.q ?? ''
  const isReadable = parseQuery(filter, audienceFields).faults.length === 0
  const { rows, problem, retry } = useAudienceRows({ filter, enabled: isReadable })
  const { layout } = readLayout(search.cols, audienceColumns)
  const change = (next: Partial<typeof search>) =>
    void navigate({ search: { ...search, ...next }, replace: true, resetScroll: false })
  const setLayout = (next: typeof layout) => change({ cols: writeLayout(next, audienceColumns) })
  const setFilter = (q: string | undefined) => change({ q })
  return (
    <>
      <PageHeader
        title="Audiences"
        lead="Services that tokens are issued for. Some come with Signet, the others are your own."
        actions={
          <>
            <ColumnsMenu columns={audienceColumns} layout={layout} onLayout={setLayout} />
            <Button
              kind="primary"
              icon={<Plus size={14} aria-hidden />}
              disabledReason={refusal}
              onClick={() => setRegistering(true)}
            >
              Register audience
            </Button>
          </>
        }
      />
      <FilterLine nouns={['audience', 'audiences']} fields={audienceFields} filter={filter} onFilter={setFilter} />
      {problem !== null && <ErrorPanel problem={problem} onRetry={retry} />}
      <Frame>
        <DataTable
          label="Audiences"
          columns={audienceColumns}
          layout={layout}
          onLayout={setLayout}
          rows={rows}
          rowId={(row) => row.id}
          nameOf={(row) => visibleText(row.name)}
          versionOf={(row) => row.version}
          onOpen={({ id }) => void navigate({ to: '/audiences/$audienceId', params: { audienceId: id } })}
          empty={
            filter.trim() === '' ? (
              <EmptyState title="No audience is registered" />
            ) : (
              <NoMatch noun="audience" fields={audienceFields} filter={filter} onFilter={setFilter} />
            )
          }
        />
      </Frame>
      <RegisterAudienceDialog open={registering} onClose={() => setRegistering(false)} />
    </>
  )
}
