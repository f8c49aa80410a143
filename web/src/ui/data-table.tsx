import {
  type CellContext,
  type ColumnDef,
  createColumnHelper,
  type Row,
  type RowData,
  tableFeatures,
  useTable,
} from '@tanstack/react-table'
import { ChevronRight } from 'lucide-react'
import { Fragment, type ReactNode, useId, useState } from 'react'
import { classNames } from './class-names.ts'
import styles from './data-table.module.css'

const features = tableFeatures({})
type Features = typeof features

export interface Column<T> {
  readonly id: string
  readonly header: string
  readonly cell: (row: T) => ReactNode
}

/** Columns of a table, made once, outside of components. */
export function columnsOf<T extends RowData>(columns: readonly Column<T>[]): ColumnDef<Features, T>[] {
  const helper = createColumnHelper<Features, T>()
  return columns.map(({ id, header, cell }) =>
    helper.display({ id, header, cell: (context: CellContext<Features, T>) => cell(context.row.original) }),
  )
}

// Explicit, because some browsers take the roles away from a table that a style sheet lays out as cards.
const roles = {
  table: { role: 'table' },
  group: { role: 'rowgroup' },
  row: { role: 'row' },
  header: { role: 'columnheader' },
  cell: { role: 'cell' },
} as const

interface DataTableProps<T extends RowData> {
  /** What the table lists; its name for assistive technology. */
  label: string
  columns: ColumnDef<Features, T>[]
  rows: T[]
  rowId: (row: T) => string
  /** What a row opens to; the first column then carries the button, called `Details of …` with this name. */
  detail?: { nameOf: (row: T) => string; render: (row: T) => ReactNode }
}

/** A table that becomes a stack of cards where there is no room for it. */
export function DataTable<T extends RowData>({ label, columns, rows, rowId, detail }: DataTableProps<T>) {
  const table = useTable({ features, columns, data: rows, getRowId: rowId })
  return (
    <div className={styles['scroll']} data-table>
      <table className={styles['table']} aria-label={label} {...roles.table}>
        <thead {...roles.group}>
          {table.getHeaderGroups().map((group) => (
            <tr key={group.id} {...roles.row}>
              {group.headers.map((header) => (
                <th key={header.id} scope="col" className={styles['head']} {...roles.header}>
                  <table.FlexRender header={header} />
                </th>
              ))}
            </tr>
          ))}
        </thead>
        <tbody {...roles.group}>
          {table.getRowModel().rows.map((row) => (
            <DataRow key={row.id} row={row} detail={detail} cellOf={(cell) => <table.FlexRender cell={cell} />} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

type Cell<T extends RowData> = ReturnType<Row<Features, T>['getAllCells']>[number]

interface DataRowProps<T extends RowData> {
  row: Row<Features, T>
  detail: DataTableProps<T>['detail']
  cellOf: (cell: Cell<T>) => ReactNode
}

function DataRow<T extends RowData>({ row, detail, cellOf }: DataRowProps<T>) {
  const [open, setOpen] = useState(false)
  const detailId = useId()
  const cells = row.getAllCells()
  return (
    <Fragment>
      <tr id={`row-${row.id}`} className={classNames(styles['row'], open && styles['open'])} {...roles.row}>
        {cells.map((cell, index) => (
          <td
            key={cell.id}
            className={styles['cell']}
            data-label={String(cell.column.columnDef.header)}
            {...roles.cell}
          >
            {detail !== undefined && index === 0 && (
              <button
                type="button"
                className={styles['toggle']}
                aria-expanded={open}
                aria-controls={open ? detailId : undefined}
                aria-label={`Details of ${detail.nameOf(row.original)}`}
                onClick={() => setOpen(!open)}
              >
                <ChevronRight size={14} aria-hidden />
              </button>
            )}
            <div className={styles['value']}>{cellOf(cell)}</div>
          </td>
        ))}
      </tr>
      {detail !== undefined && open && (
        <tr className={styles['row']} id={detailId} {...roles.row}>
          <td colSpan={cells.length} className={styles['detail']} {...roles.cell}>
            {detail.render(row.original)}
          </td>
        </tr>
      )}
    </Fragment>
  )
}
