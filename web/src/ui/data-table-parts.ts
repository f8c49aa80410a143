import type { KeyboardEvent, ReactNode } from 'react'
import type { RowSelection } from './row-selection.ts'
import type { RowWindow } from './row-window.ts'
import type { Column, ColumnLayout } from './table-columns.ts'

/** What a list is sorted by. */
export interface TableSort {
  /** As the `sort` of a column names it. */
  readonly by: string
  readonly descending: boolean
}

export interface DataTableProps<T> {
  /** What the table lists; its name for assistive technology. */
  label: string
  columns: readonly Column<T>[]
  layout: ColumnLayout
  onLayout: (layout: ColumnLayout) => void
  rows: RowWindow<T>
  rowId: (row: T) => string
  /** What a row is called by assistive technology. */
  nameOf: (row: T) => string
  /** Rises with every change of a row; a row on screen that changes flashes once. */
  versionOf?: (row: T) => number
  /** How many rows there are in all, where that is known. */
  total?: number | undefined
  sort?: TableSort
  onSort?: (sort: TableSort) => void
  selection?: RowSelection
  /** `loaded` are the rows that are here. */
  onSelection?: (selection: RowSelection, loaded: readonly string[]) => void
  /** The row that the drawer shows; follows the focus while there is one. */
  peekId?: string | undefined
  onPeek?: (row: T | undefined) => void
  onOpen?: (row: T) => void
  /** Last column: the button of the row's menu. */
  rowMenu?: (row: T) => ReactNode
  /** A key that was pressed on a row and is not the table's own; true when it did something. */
  onRowKey?: (key: string, row: T) => boolean
  /** What stands below the rows: the selection bar. */
  bar?: ReactNode
  /** What stands in place of the rows when there are none. */
  empty?: ReactNode
}

/** What rows and header ask of the table. */
export interface RowActions {
  readonly onKey: (event: KeyboardEvent<HTMLElement>, index: number) => void
  readonly toggle: (index: number, isRange: boolean) => void
  readonly selectLoaded: (selected: boolean) => void
  readonly focused: (index: number) => void
  readonly clicked: (index: number) => void
  /** A row has come onto the page, where it may get the focus that waits for it. */
  readonly drawn: (index: number, element: HTMLElement) => void
}

/** Roles of the parts: tables that a style sheet lays out otherwise lose them in some browsers. */
export const tableRoles = {
  table: { role: 'table' },
  group: { role: 'rowgroup' },
  row: { role: 'row' },
  header: { role: 'columnheader' },
  cell: { role: 'cell' },
} as const
