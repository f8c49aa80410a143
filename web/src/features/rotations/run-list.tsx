import type { RotationSummary } from '@signet/shared/api/rotation'
import { parseQuery } from '@signet/shared/query/query'
import { rotationFields } from '@signet/shared/query/rotation-fields'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { problemOf } from '../../api/api-error.ts'
import { usePagedRows } from '../../api/paged-rows.ts'
import { useExport } from '../../api/use-export.ts'
import { runWords, triggerWords, wordsOf } from '../../api/words.ts'
import { Button } from '../../ui/button.tsx'
import { Frame } from '../../ui/card.tsx'
import { ColumnsMenu } from '../../ui/columns-menu.tsx'
import { DataTable } from '../../ui/data-table.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { ErrorPanel } from '../../ui/error-panel.tsx'
import { ExportMenu } from '../../ui/export-menu.tsx'
import { QueryBox } from '../../ui/query-box.tsx'
import { RowMenuButton } from '../../ui/row-menu.tsx'
import { nothingSelected, type RowSelection } from '../../ui/row-selection.ts'
import { SelectionBar } from '../../ui/selection-bar.tsx'
import { readLayout, writeLayout } from '../../ui/table-columns.ts'
import { notify } from '../../ui/toaster.tsx'
import { MarkReviewed } from './mark-reviewed.tsx'
import { NothingRotated } from './nothing-rotated.tsx'
import { type rotationColumns, rotationName } from './rotation-columns.tsx'
import { RotationRowMenu, rowMenu } from './rotation-row-menu.tsx'
import { RotationViews, type RunListSearch } from './rotation-views.tsx'
import styles from './rotations.module.css'
import { exportRotations, readRotations, rotationsKey } from './rotations-queries.ts'

const pageSize = 50
const filterWords = { trigger: triggerWords, state: wordsOf(runWords) }

interface RunListProps {
  /** A term that every question has besides the one in the address. */
  fixed?: string
  columns: typeof rotationColumns
  /** Rotations can be selected, and marked as reviewed. */
  canReview?: boolean
  search: RunListSearch
  /** @param push whether going back leads to what was shown before */
  onSearch: (search: RunListSearch, push?: boolean) => void
  nothing: { title: string; words: string } | 'never'
}

/** Rotations, newest first. */
export function RunList({ fixed, columns, canReview = false, search, onSearch, nothing }: RunListProps) {
  const navigate = useNavigate()
  const [selection, setSelection] = useState<RowSelection>(nothingSelected)
  const own = search.filter ?? ''
  const filter = [fixed, own].filter((part) => part !== undefined && part !== '').join(' ')
  const isReadable = parseQuery(own, rotationFields).faults.length === 0
  const { rows, problem, retry } = usePagedRows({
    queryKey: rotationsKey(filter),
    read: (cursor, signal) => readRotations(filter, cursor, signal),
    pageSize,
    enabled: isReadable,
  })
  const saving = useExport(
    (format) => exportRotations(filter, format),
    (error) => notify('bad', 'The rotations were not exported', problemOf(error).detail),
  )
  const { layout } = readLayout(search.cols, columns)
  const setLayout = (next: typeof layout) => onSearch({ ...search, cols: writeLayout(next, columns), view: undefined })
  const setFilter = (next: string) => onSearch({ ...search, filter: next === '' ? undefined : next, view: undefined })
  return (
    <div className={styles['list']}>
      <div className={styles['tools']}>
        <QueryBox label="rotations" fields={rotationFields} words={filterWords} value={own} onChange={setFilter} />
        <RotationViews search={search} onOpen={(view) => onSearch({ cols: search.cols, ...view }, true)} />
        <ColumnsMenu columns={columns} layout={layout} onLayout={setLayout} />
        <ExportMenu
          busy={saving.isBusy}
          disabledReason={isReadable ? undefined : 'The filter has a fault; correct it first.'}
          onExport={saving.start}
        />
      </div>
      {problem !== null && <ErrorPanel problem={problem} onRetry={retry} />}
      <Frame>
        <DataTable
          label="Rotations"
          columns={columns}
          layout={layout}
          onLayout={setLayout}
          rows={rows}
          rowId={(row) => row.id}
          nameOf={rotationName}
          onOpen={(row) => void navigate({ to: '/rotations/$runId', params: { runId: row.id } })}
          rowMenu={menuButton}
          {...(canReview && {
            selection,
            onSelection: setSelection,
            bar: <Selected selection={selection} onClear={() => setSelection(nothingSelected)} />,
          })}
          empty={own === '' ? <Nothing what={nothing} /> : <NoMatch onClear={() => setFilter('')} />}
        />
      </Frame>
      <RotationRowMenu />
    </div>
  )
}

/** What can be done with the rotations that are selected, each by its ID: a review is of what somebody has seen. */
function Selected({ selection, onClear }: { selection: RowSelection; onClear: () => void }) {
  const runIds = selection.kind === 'some' ? [...selection.ids] : []
  return (
    <SelectionBar selection={selection} matching="" canSelectAll={false} onSelectAll={onClear} onClear={onClear}>
      <MarkReviewed small runIds={runIds} onDone={onClear} />
    </SelectionBar>
  )
}

function menuButton(row: RotationSummary) {
  return <RowMenuButton handle={rowMenu} row={row} name={rotationName(row)} />
}

function NoMatch({ onClear }: { onClear: () => void }) {
  return (
    <EmptyState title="No rotation matches the filter" actions={<Button onClick={onClear}>Clear filters</Button>} />
  )
}

function Nothing({ what }: { what: RunListProps['nothing'] }) {
  if (what === 'never') return <NothingRotated />
  return (
    <EmptyState title={what.title}>
      <p>{what.words}</p>
    </EmptyState>
  )
}
