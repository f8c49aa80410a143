import type { UserIdentitySummary } from '@signet/shared/api/user-identities'
import { userIdentityFields } from '@signet/shared/query/user-identity-fields'
import { getRouteApi } from '@tanstack/react-router'
import { Plus } from 'lucide-react'
import { useMemo, useState } from 'react'
import { useRefusal } from '../../api/session.ts'
import { Button } from '../../ui/button.tsx'
import { Frame } from '../../ui/card.tsx'
import { ColumnsMenu } from '../../ui/columns-menu.tsx'
import { DataTable } from '../../ui/data-table.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { ErrorPanel } from '../../ui/error-panel.tsx'
import { FilterLine } from '../../ui/filter-line.tsx'
import { NoMatch } from '../../ui/no-match.tsx'
import { Notice } from '../../ui/notice.tsx'
import { PageHeader } from '../../ui/page-header.tsx'
import { useTitle } from '../../ui/page-title.ts'
import { RowMenuButton } from '../../ui/row-menu.tsx'
import { writeLayout } from '../../ui/table-columns.ts'
import { visibleText } from '../../ui/visible-text.ts'
import { CreateIdentityDialog } from './create-identity-dialog.tsx'
import { useIdentityRows } from './identities-queries.ts'
import { type IdentitiesSearch, readSearch, usualSort } from './identities-search.ts'
import { identityColumns } from './identity-columns.tsx'
import { IdentityPeek } from './identity-peek.tsx'
import { IdentityRowMenu, rowMenu } from './identity-row-menu.tsx'

const page = getRouteApi('/signed-in/identities')

/** All user-assigned identities: filtered, sorted, peeked at; every part of the view is in the address. */
export function IdentitiesPage() {
  useTitle('Identities')
  const search = page.useSearch()
  const navigate = page.useNavigate()
  const [creating, setCreating] = useState(false)
  const refusal = useRefusal('identities.write')
  const { complaints, layout } = readSearch(search)
  const change = (next: Partial<IdentitiesSearch>) =>
    void navigate({ search: { ...search, ...next }, replace: true, resetScroll: false })
  return (
    <>
      <PageHeader
        title="User-assigned identities"
        lead="Identities that are resources of their own: each can be assigned to many instances, and outlives them."
        actions={
          <>
            <ColumnsMenu
              columns={identityColumns}
              layout={layout}
              onLayout={(next) => change({ cols: writeLayout(next, identityColumns) })}
            />
            <Button
              kind="primary"
              icon={<Plus size={14} aria-hidden />}
              disabledReason={refusal}
              onClick={() => setCreating(true)}
            >
              Create identity
            </Button>
          </>
        }
      />
      {complaints.length > 0 && (
        <Notice tone="warn" title="Part of this address was not understood">
          <p>{visibleText(complaints.join(' '))} The usual is shown instead.</p>
        </Notice>
      )}
      <IdentityList
        search={search}
        change={change}
        onCreate={refusal === undefined ? () => setCreating(true) : undefined}
      />
      <CreateIdentityDialog open={creating} onClose={() => setCreating(false)} />
    </>
  )
}

interface IdentityListProps {
  search: IdentitiesSearch
  change: (next: Partial<IdentitiesSearch>) => void
  /** Undefined for those who may not. */
  onCreate: (() => void) | undefined
}

function IdentityList({ search, change, onCreate }: IdentityListProps) {
  const { filter, isReadable, sort } = readSearch(search)
  // biome-ignore lint/correctness/useExhaustiveDependencies: only this part of the address says how the columns lie
  const layout = useMemo(() => readSearch(search).layout, [search.cols])
  const { rows, first, problem, retry } = useIdentityRows({ filter, sort, enabled: isReadable })
  const navigate = page.useNavigate()
  const count = first?.count ?? undefined
  return (
    <>
      <FilterLine
        nouns={['identity', 'identities']}
        fields={userIdentityFields}
        filter={filter}
        count={isReadable ? count : undefined}
        onFilter={(q) => change({ q })}
      />
      {problem !== null && <ErrorPanel problem={problem} onRetry={retry} />}
      <Frame>
        <DataTable
          label="User-assigned identities"
          columns={identityColumns}
          layout={layout}
          onLayout={(next) => change({ cols: writeLayout(next, identityColumns) })}
          rows={rows}
          rowId={(row) => row.principalId}
          nameOf={(row) => visibleText(row.name)}
          versionOf={(row) => row.version}
          total={count === undefined || count.isCapped ? undefined : count.shown}
          sort={{ by: sort.replace(/^-/, ''), descending: sort.startsWith('-') }}
          onSort={({ by, descending }) => {
            const next = `${descending ? '-' : ''}${by}`
            change({ sort: next === usualSort ? undefined : next })
          }}
          peekId={search.peek}
          onPeek={(row) => change({ peek: row?.principalId })}
          onOpen={({ principalId }) =>
            void navigate({ to: '/identities/$principalId/{-$tab}', params: { principalId, tab: undefined } })
          }
          rowMenu={menuButton}
          empty={<NoIdentities filter={filter} onFilter={(q) => change({ q })} onCreate={onCreate} />}
        />
      </Frame>
      <IdentityRowMenu />
      {search.peek !== undefined && <IdentityPeek id={search.peek} onClose={() => change({ peek: undefined })} />}
    </>
  )
}

function menuButton(row: UserIdentitySummary) {
  return <RowMenuButton handle={rowMenu} row={row} name={visibleText(row.name)} />
}

interface NoIdentitiesProps {
  filter: string
  onFilter: (filter: string | undefined) => void
  onCreate: (() => void) | undefined
}

function NoIdentities({ filter, onFilter, onCreate }: NoIdentitiesProps) {
  if (filter.trim() !== '') {
    return <NoMatch noun="identity" fields={userIdentityFields} filter={filter} onFilter={onFilter} />
  }
  return (
    <EmptyState
      title="There is no user-assigned identity yet"
      actions={
        <>
          {onCreate !== undefined && (
            <Button kind="primary" icon={<Plus size={14} aria-hidden />} onClick={onCreate}>
              Create the first identity
            </Button>
          )}
          <Button onClick={() => onFilter('state:deleted')}>Show deleted ones</Button>
        </>
      }
    >
      <p>
        A user-assigned identity is one principal for many instances: its IDs and roles stay while instances come and
        go. The identity of a single instance is on that instance’s page.
      </p>
    </EmptyState>
  )
}
