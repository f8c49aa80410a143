import { applicationFields } from '@signet/shared/query/application-fields'
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
import { applicationColumns } from './application-columns.tsx'
import { useApplicationRows } from './applications-queries.ts'
import { CreateApplicationDialog } from './name-dialogs.tsx'

const page = getRouteApi('/signed-in/applications')

/** Principals of code that runs on no instance of Signet. */
export function ApplicationsPage() {
  useTitle('Applications')
  const search = page.useSearch()
  const navigate = page.useNavigate()
  const [creating, setCreating] = useState(false)
  const refusal = useRefusal('identities.write')
  const { layout } = readLayout(search.cols, applicationColumns)
  const change = (next: ApplicationsSearch) =>
    void navigate({ search: { ...search, ...next }, replace: true, resetScroll: false })
  return (
    <>
      <PageHeader
        title="Applications"
        lead="Code that runs on no instance of Signet: it authenticates with a secret, a certificate or a token it has elsewhere."
        actions={
          <>
            <ColumnsMenu
              columns={applicationColumns}
              layout={layout}
              onLayout={(next) => change({ cols: writeLayout(next, applicationColumns) })}
            />
            <Button
              kind="primary"
              icon={<Plus size={14} aria-hidden />}
              disabledReason={refusal}
              onClick={() => setCreating(true)}
            >
              Create application
            </Button>
          </>
        }
      />
      <ApplicationList search={search} change={change} />
      <CreateApplicationDialog open={creating} onClose={() => setCreating(false)} />
    </>
  )
}

interface ApplicationsSearch {
  readonly q?: string | undefined
  readonly cols?: string | undefined
}

interface ApplicationListProps {
  search: ApplicationsSearch
  change: (next: ApplicationsSearch) => void
}

function ApplicationList({ search, change }: ApplicationListProps) {
  const filter = search.q ?? ''
  const isReadable = parseQuery(filter, applicationFields).faults.length === 0
  const { rows, problem, retry } = useApplicationRows({ filter, enabled: isReadable })
  const { layout } = readLayout(search.cols, applicationColumns)
  const navigate = page.useNavigate()
  const setFilter = (q: string | undefined) => change({ q })
  return (
    <>
      <FilterLine
        nouns={['application', 'applications']}
        fields={applicationFields}
        filter={filter}
        onFilter={setFilter}
      />
      {problem !== null && <ErrorPanel problem={problem} onRetry={retry} />}
      <Frame>
        <DataTable
          label="Applications"
          columns={applicationColumns}
          layout={layout}
          onLayout={(next) => change({ cols: writeLayout(next, applicationColumns) })}
          rows={rows}
          rowId={(row) => row.principalId}
          nameOf={(row) => visibleText(row.name)}
          versionOf={(row) => row.version}
          onOpen={({ principalId }) =>
            void navigate({ to: '/applications/$principalId/{-$tab}', params: { principalId, tab: undefined } })
          }
          empty={
            filter.trim() === '' ? (
              <NoApplications onDeleted={() => setFilter('state:deleted')} />
            ) : (
              <NoMatch noun="application" fields={applicationFields} filter={filter} onFilter={setFilter} />
            )
          }
        />
      </Frame>
    </>
  )
}

function NoApplications({ onDeleted }: { onDeleted: () => void }) {
  return (
    <EmptyState title="There is no application yet" actions={<Button onClick={onDeleted}>Show deleted ones</Button>}>
      <p>
        Create one for a program that no agent serves, such as a build pipeline or a service in another network. On an
        instance, use a managed identity: it has no secret that could leak.
      </p>
    </EmptyState>
  )
}
