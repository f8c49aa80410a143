import { Plus } from 'lucide-react'
import type { ReactNode } from 'react'
import { Button } from './button.tsx'
import { Frame } from './card.tsx'
import { ColumnsMenu } from './columns-menu.tsx'
import { DataTable } from './data-table.tsx'
import { ErrorPanel } from './error-panel.tsx'
import { FilterLine } from './filter-line.tsx'
import { type ListExporter, ListExportMenu } from './list-export-menu.tsx'
import { ListSelection, type SelectedRows } from './list-selection.tsx'
import type { ListView } from './list-view.ts'
import { type ListViews, ListViewsMenu } from './list-views-menu.tsx'
import { NoMatch } from './no-match.tsx'
import { Notice } from './notice.tsx'
import { PageHeader } from './page-header.tsx'
import { useTitle } from './page-title.ts'
import type { ProblemView } from './problem.ts'
import type { ValueCounts } from './query-offers.ts'
import type { RowWindow } from './row-window.ts'
import { writeLayout } from './table-columns.ts'
import { visibleText } from './visible-text.ts'

/** The rows that answer a question, and what is said about the whole. */
export interface ListRows<T> {
  readonly rows: RowWindow<T>
  /** The first page; it may say how many match, and how many there are. */
  readonly first: { readonly count: { shown: number; isCapped: boolean; all: number } | null } | undefined
  readonly problem: ProblemView | null
  readonly retry: () => void
}

export interface ListPageProps<T, S extends string> {
  view: ListView<T, S>
  list: ListRows<T>
  title: string
  /** One sentence on what is listed. */
  lead?: string
  /** Other views of the list, below the title. */
  above?: ReactNode
  /** How many rows each value of a field would leave. */
  counts?: ValueCounts | undefined
  views: ListViews
  exporter: ListExporter<S>
  /** What stands above the title: the way back. */
  back?: ReactNode
  /** What makes one more; left out where nobody makes any by hand. */
  create?: { readonly label: string; readonly refusal: string | undefined; readonly onOpen: () => void }
  onOpen: (row: T) => void
  onRowKey?: (key: string, row: T) => boolean
  /** Button of a row's menu; the menu itself is one of `children`. */
  rowMenu?: (row: T) => ReactNode
  /** What shows one row beside the list, by its ID. */
  peek?: (id: string, onClose: () => void) => ReactNode
  /** What can be done with many at once. */
  bulk: (selected: SelectedRows) => ReactNode
  /** Stands in place of the rows where there has never been one. */
  empty: ReactNode
  /** Dialogs and menus. */
  children?: ReactNode
}

/** A list that is a page: filtered, sorted, selected, peeked at; every part of the view is in the address. */
export function ListPage<T, S extends string>(props: ListPageProps<T, S>) {
  const { view, title, back, lead, create } = props
  const { question, layout, complaints, spec } = view
  useTitle(title)
  return (
    <>
      <PageHeader
        title={title}
        back={back}
        lead={lead}
        actions={
          <>
            <ListViewsMenu view={view} views={props.views} />
            <ColumnsMenu
              columns={spec.columns}
              layout={layout}
              onLayout={(next) => view.change({ cols: writeLayout(next, spec.columns) })}
            />
            <ListExportMenu exporter={props.exporter} wanted={question} isReadable={question.enabled} />
            {create !== undefined && (
              <Button
                kind="primary"
                icon={<Plus size={14} aria-hidden />}
                disabledReason={create.refusal}
                onClick={create.onOpen}
              >
                {create.label}
              </Button>
            )}
          </>
        }
      />
      {complaints.length > 0 && (
        <Notice tone="warn" title="Part of this address was not understood">
          <p>{visibleText(complaints.join(' '))} The usual is shown instead.</p>
        </Notice>
      )}
      {props.above}
      <Rows {...props} />
      {props.children}
    </>
  )
}

function Rows<T, S extends string>(props: ListPageProps<T, S>) {
  const { view, list } = props
  const { spec, search, question, layout, selection, change } = view
  const { filter, sort, enabled } = question
  const count = list.first?.count ?? undefined
  const onFilter = (q: string | undefined) => change({ q })
  return (
    <>
      <FilterLine
        nouns={spec.nouns}
        fields={spec.fields}
        filter={filter}
        counts={props.counts ?? {}}
        words={spec.words ?? {}}
        count={enabled ? count : undefined}
        onFilter={onFilter}
      />
      {list.problem !== null && <ErrorPanel problem={list.problem} onRetry={list.retry} />}
      <Frame>
        <DataTable
          label={spec.label}
          columns={spec.columns}
          layout={layout}
          onLayout={(next) => change({ cols: writeLayout(next, spec.columns) })}
          rows={list.rows}
          rowId={spec.idOf}
          nameOf={spec.nameOf}
          versionOf={spec.versionOf}
          total={count === undefined || count.isCapped ? undefined : count.shown}
          sort={{ by: sort.replace(/^-/, ''), descending: sort.startsWith('-') }}
          onSort={({ by, descending }) => {
            const next = `${descending ? '-' : ''}${by}`
            change({ sort: next === spec.usualSort ? undefined : next })
          }}
          selection={selection}
          onSelection={view.select}
          peekId={search.peek}
          {...(props.peek !== undefined && {
            onPeek: (row: T | undefined) => change({ peek: row === undefined ? undefined : spec.idOf(row) }),
          })}
          onOpen={props.onOpen}
          {...(props.rowMenu !== undefined && { rowMenu: props.rowMenu })}
          {...(props.onRowKey !== undefined && { onRowKey: props.onRowKey })}
          empty={
            filter.trim() === '' ? (
              props.empty
            ) : (
              <NoMatch noun={spec.nouns[0]} fields={spec.fields} filter={filter} onFilter={onFilter} />
            )
          }
          bar={<ListSelection view={view} count={count} bulk={props.bulk} exporter={props.exporter} />}
        />
      </Frame>
      {search.peek !== undefined && props.peek?.(search.peek, () => change({ peek: undefined }))}
    </>
  )
}
