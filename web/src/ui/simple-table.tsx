import { ChevronRight } from 'lucide-react'
import { Fragment, type ReactNode, useId, useState } from 'react'
import { classNames } from './class-names.ts'
import styles from './simple-table.module.css'
import type { Column } from './table-columns.ts'

// Explicit, because some browsers take the roles away from a table that a style sheet lays out as cards.
const roles = {
  table: { role: 'table' },
  group: { role: 'rowgroup' },
  row: { role: 'row' },
  header: { role: 'columnheader' },
  cell: { role: 'cell' },
} as const

interface SimpleTableProps<T> {
  /** What the table lists; its name for assistive technology. */
  label: string
  columns: readonly Column<T>[]
  rows: readonly T[]
  rowId: (row: T) => string
  /** What a row opens to; the first column then carries the button, called `Details of …` with this name. */
  detail?: { nameOf: (row: T) => string; render: (row: T) => ReactNode }
}

/** A short table within a page, all of it drawn; a stack of cards where there is no room. Lists are `DataTable`s. */
export function SimpleTable<T>({ label, columns, rows, rowId, detail }: SimpleTableProps<T>) {
  return (
    <div className={styles['scroll']} data-table>
      <table className={styles['table']} aria-label={label} {...roles.table}>
        <thead {...roles.group}>
          <tr {...roles.row}>
            {columns.map(({ id, header }) => (
              <th key={id} scope="col" className={styles['head']} {...roles.header}>
                {header}
              </th>
            ))}
          </tr>
        </thead>
        <tbody {...roles.group}>
          {rows.map((row) => (
            <SimpleRow key={rowId(row)} id={rowId(row)} row={row} columns={columns} detail={detail} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

interface SimpleRowProps<T> {
  id: string
  row: T
  columns: readonly Column<T>[]
  detail: SimpleTableProps<T>['detail']
}

function SimpleRow<T>({ id, row, columns, detail }: SimpleRowProps<T>) {
  const [open, setOpen] = useState(false)
  const detailId = useId()
  return (
    <Fragment>
      <tr id={`row-${id}`} className={classNames(styles['row'], open && styles['open'])} {...roles.row}>
        {columns.map((column, index) => (
          <td key={column.id} className={styles['cell']} data-label={column.header} {...roles.cell}>
            {detail !== undefined && index === 0 && (
              <button
                type="button"
                className={styles['toggle']}
                aria-expanded={open}
                aria-controls={open ? detailId : undefined}
                aria-label={`Details of ${detail.nameOf(row)}`}
                onClick={() => setOpen(!open)}
              >
                <ChevronRight size={14} aria-hidden />
              </button>
            )}
            <div className={styles['value']}>{column.cell(row)}</div>
          </td>
        ))}
      </tr>
      {detail !== undefined && open && (
        <tr className={styles['row']} id={detailId} {...roles.row}>
          <td colSpan={columns.length} className={styles['detail']} {...roles.cell}>
            {detail.render(row)}
          </td>
        </tr>
      )}
    </Fragment>
  )
}
