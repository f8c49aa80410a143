import type { InstanceSummary } from '@signet/shared/api/resources'
import { instanceFields } from '@signet/shared/query/instance-fields'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { Plus } from 'lucide-react'
import { useMemo, useState } from 'react'
import { useRefusal } from '../../api/session.ts'
import { Button } from '../../ui/button.tsx'
import { Frame } from '../../ui/card.tsx'
import { ColumnsMenu } from '../../ui/columns-menu.tsx'
import { type Command, useRegisterCommands } from '../../ui/commands.ts'
import { countWords } from '../../ui/count-words.ts'
import { DataTable } from '../../ui/data-table.tsx'
import { ErrorPanel } from '../../ui/error-panel.tsx'
import { FilterLine } from '../../ui/filter-line.tsx'
import { Notice } from '../../ui/notice.tsx'
import { PageHeader } from '../../ui/page-header.tsx'
import { useTitle } from '../../ui/page-title.ts'
import { RowMenuButton } from '../../ui/row-menu.tsx'
import { nothingSelected, type RowSelection } from '../../ui/row-selection.ts'
import { SelectionBar } from '../../ui/selection-bar.tsx'
import { writeLayout } from '../../ui/table-columns.ts'
import { visibleText } from '../../ui/visible-text.ts'
import { BulkActions } from './bulk-actions.tsx'
import { pressSwitch } from './identity-toggle.tsx'
import { instanceColumns } from './instance-columns.tsx'
import { InstanceExport, SelectionExport } from './instance-export.tsx'
import { InstancePeek } from './instance-peek.tsx'
import { copyPrincipalId, InstanceRowMenu, rowMenu } from './instance-row-menu.tsx'
import { InstanceViews } from './instance-views.tsx'
import { instanceFilterWords } from './instance-words.ts'
import { facetsOptions, useInstanceRows } from './instances-queries.ts'
import { type InstancesSearch, readSearch, usualSort } from './instances-search.ts'
import { NoInstances } from './no-instances.tsx'
import { RegisterInstanceDialog } from './register-instance-dialog.tsx'

const page = getRouteApi('/signed-in/instances')

/** All service instances: filtered, sorted, selected, peeked at; every part of the view is in the address. */
export function InstancesPage() {
  useTitle('Instances')
  const search = page.useSearch()
  const navigate = page.useNavigate()
  const [registering, setRegistering] = useState(false)
  const refusal = useRefusal('instances.write')
  useRegisterCommands(rowKeys)
  const read = readSearch(search)
  const change = (next: Partial<InstancesSearch>, push = false) =>
    void navigate({ search: { ...search, view: undefined, ...next }, replace: !push, resetScroll: false })
  return (
    <>
      <PageHeader
        title="Instances"
        actions={
          <>
            <InstanceViews search={search} onOpen={(view) => change({ ...view, peek: undefined }, true)} />
            <ColumnsMenu
              columns={instanceColumns}
              layout={read.layout}
              onLayout={(layout) => change({ cols: writeLayout(layout, instanceColumns) })}
            />
            <InstanceExport filter={read.filter} sort={read.sort} isReadable={read.isReadable} />
            <Button
              kind="primary"
              icon={<Plus size={14} aria-hidden />}
              disabledReason={refusal}
              onClick={() => setRegistering(true)}
            >
              Register instance
            </Button>
          </>
        }
      />
      {read.complaints.length > 0 && (
        <Notice tone="warn" title="Part of this address was not understood">
          <p>{visibleText(read.complaints.join(' '))} The usual is shown instead.</p>
        </Notice>
      )}
      <InstanceList
        search={search}
        change={change}
        onRegister={refusal === undefined ? () => setRegistering(true) : undefined}
      />
      <RegisterInstanceDialog open={registering} onClose={() => setRegistering(false)} />
    </>
  )
}

interface InstanceListProps {
  search: InstancesSearch
  change: (next: Partial<InstancesSearch>, push?: boolean) => void
  /** Undefined for those who may not. */
  onRegister: (() => void) | undefined
}

function InstanceList({ search, change, onRegister }: InstanceListProps) {
  const { filter, isReadable, sort } = readSearch(search)
  // biome-ignore lint/correctness/useExhaustiveDependencies: only this part of the address says how the columns lie
  const layout = useMemo(() => readSearch(search).layout, [search.cols])
  const facets = useQuery(facetsOptions)
  const { rows, first, problem, retry } = useInstanceRows({ filter, sort, enabled: isReadable })
  const [selection, setSelection] = useSelection(filter)
  const openInstance = useOpenInstance()
  const refusal = useRefusal('identities.write')
  const count = first?.count ?? undefined
  const matching = count === undefined ? '' : countWords(count)
  const selected = selection.kind === 'some' ? selection.ids.size : undefined
  return (
    <>
      <FilterLine
        nouns={['instance', 'instances']}
        fields={instanceFields}
        filter={filter}
        counts={facets.data ?? {}}
        words={instanceFilterWords}
        count={isReadable ? count : undefined}
        onFilter={(q) => change({ q })}
      />
      {problem !== null && <ErrorPanel problem={problem} onRetry={retry} />}
      <Frame>
        <DataTable
          label="Instances"
          columns={instanceColumns}
          layout={layout}
          onLayout={(next) => change({ cols: writeLayout(next, instanceColumns) })}
          rows={rows}
          rowId={(row) => row.id}
          nameOf={(row) => visibleText(row.name)}
          versionOf={(row) => row.version}
          total={count === undefined || count.isCapped ? undefined : count.shown}
          sort={{ by: sort.replace(/^-/, ''), descending: sort.startsWith('-') }}
          onSort={({ by, descending }) => {
            const next = `${descending ? '-' : ''}${by}`
            change({ sort: next === usualSort ? undefined : next })
          }}
          selection={selection}
          onSelection={setSelection}
          peekId={search.peek}
          onPeek={(row) => change({ peek: row?.id })}
          onOpen={openInstance}
          rowMenu={menuButton}
          onRowKey={(key, row) => onRowKey(key, row, { open: openInstance, refusal })}
          empty={<NoInstances filter={filter} onFilter={(q) => change({ q })} onRegister={onRegister} />}
          bar={
            <SelectionBar
              selection={selection}
              matching={matching}
              canSelectAll={count !== undefined && (count.isCapped || count.shown > (selected ?? 0))}
              onSelectAll={() => setSelection({ kind: 'all', filter })}
              onClear={() => setSelection(nothingSelected)}
            >
              <BulkActions
                selection={selection}
                count={selected ?? count?.shown ?? 0}
                onDone={() => setSelection(nothingSelected)}
              />
              <SelectionExport selection={selection} sort={sort} />
            </SelectionBar>
          }
        />
      </Frame>
      <InstanceRowMenu />
      {search.peek !== undefined && <InstancePeek id={search.peek} onClose={() => change({ peek: undefined })} />}
    </>
  )
}

function menuButton(row: InstanceSummary) {
  return <RowMenuButton handle={rowMenu} row={row} name={visibleText(row.name)} />
}

/** What was selected under another filter is not selected under this one, nor once that other is back. */
function useSelection(filter: string): [RowSelection, (next: RowSelection) => void] {
  const [held, hold] = useState<{ filter: string; selection: RowSelection }>({ filter, selection: nothingSelected })
  const isHeld = held.filter === filter
  if (!isHeld) hold({ filter, selection: nothingSelected })
  return [isHeld ? held.selection : nothingSelected, (next) => hold({ filter, selection: next })]
}

function useOpenInstance() {
  const navigate = page.useNavigate()
  return (row: InstanceSummary, target: 'page' | 'test' = 'page') =>
    void (target === 'page'
      ? navigate({ to: '/instances/$instanceId/{-$tab}', params: { instanceId: row.id, tab: undefined }, search: {} })
      : navigate({ to: '/tokens/test', search: { instance: row.id } }))
}

/** Keys of a row besides the table's own (dashboard §9), for the shortcut sheet. */
const rowKeys: readonly Command[] = [
  { id: 'row e', label: 'Turn the identity on or off', group: 'In a list', keys: 'e' },
  { id: 'row t', label: 'Test a token', group: 'In a list', keys: 't' },
  { id: 'row c', label: 'Copy the principal ID', group: 'In a list', keys: 'c' },
]

interface RowActs {
  readonly open: (row: InstanceSummary, target: 'test') => void
  /** Why identities may not be switched. */
  readonly refusal: string | undefined
}

function onRowKey(key: string, row: InstanceSummary, { open, refusal }: RowActs): boolean {
  if (key === 'e') pressSwitch(row, refusal)
  else if (key === 't') open(row, 'test')
  else if (key === 'c') void copyPrincipalId(row)
  else return false
  return true
}
