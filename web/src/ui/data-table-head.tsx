import { ArrowDown, ArrowUp } from 'lucide-react'
import { type PointerEvent as ReactPointerEvent, useRef } from 'react'
import { announce } from './announcer.tsx'
import { classNames } from './class-names.ts'
import styles from './data-table.module.css'
import { type DataTableProps, type RowActions, tableRoles } from './data-table-parts.ts'
import { type Column, laidOut, widthOf, withWidth } from './table-columns.ts'

/** The sticky header row: names, sorting, widths, and the box that selects what is loaded. */
export function DataTableHead<T>(props: DataTableProps<T> & { actions: RowActions }) {
  return (
    <thead className={styles['head']} {...tableRoles.group}>
      <tr aria-rowindex={1} className={styles['headRow']} {...tableRoles.row}>
        {props.selection !== undefined && <SelectLoaded {...props} />}
        {laidOut(props.layout, props.columns).map((column) => (
          <HeadCell key={column.id} column={column} props={props} />
        ))}
        {props.rowMenu !== undefined && (
          <th scope="col" className={classNames(styles['headCell'], styles['headEdge'])} {...tableRoles.header}>
            <span className="sr-only">Actions</span>
          </th>
        )}
      </tr>
    </thead>
  )
}

function SelectLoaded<T>({ rows, selection, actions, label }: DataTableProps<T> & { actions: RowActions }) {
  const selected = selection?.kind === 'all' ? rows.count : (selection?.ids.size ?? 0)
  const isAll = selected > 0 && selected >= rows.count
  return (
    <th scope="col" className={styles['headCell']} {...tableRoles.header}>
      <label className={styles['check']}>
        <input
          type="checkbox"
          aria-label={`Select all loaded ${label.toLowerCase()}`}
          checked={isAll}
          ref={(box) => {
            if (box !== null) box.indeterminate = selected > 0 && !isAll
          }}
          onChange={() => actions.selectLoaded(!isAll)}
        />
      </label>
    </th>
  )
}

function HeadCell<T>({ column, props }: { column: Column<T>; props: DataTableProps<T> }) {
  const { sort, onSort } = props
  const isSorted = sort !== undefined && column.sort !== undefined && sort.by === column.sort
  const direction = sort?.descending === true ? 'descending' : 'ascending'
  const turn = () => {
    if (column.sort === undefined) return
    const next = { by: column.sort, descending: isSorted && sort.descending === false }
    onSort?.(next)
    announce(`Sorted by ${column.header}, ${next.descending ? 'descending' : 'ascending'}`)
  }
  const Arrow = direction === 'ascending' ? ArrowUp : ArrowDown
  return (
    <th
      scope="col"
      className={styles['headCell']}
      aria-sort={column.sort === undefined ? undefined : isSorted ? direction : 'none'}
      {...tableRoles.header}
    >
      {column.sort === undefined || onSort === undefined ? (
        <span className={styles['headName']}>{column.header}</span>
      ) : (
        <button type="button" className={styles['sort']} onClick={turn}>
          <span className={styles['headName']}>{column.header}</span>
          {isSorted && <Arrow size={12} aria-hidden />}
        </button>
      )}
      <WidthHandle column={column} props={props} />
    </th>
  )
}

/** Drags the edge of a column. The columns menu has buttons for the same (WCAG 2.5.7). */
function WidthHandle<T>({ column, props }: { column: Column<T>; props: DataTableProps<T> }) {
  const start = useRef<{ x: number; width: number }>(undefined)
  const onPointerDown = (event: ReactPointerEvent<HTMLSpanElement>) => {
    const cell = event.currentTarget.parentElement
    event.currentTarget.setPointerCapture(event.pointerId)
    start.current = { x: event.clientX, width: cell?.offsetWidth ?? widthOf(props.layout, column) }
  }
  const onPointerMove = (event: ReactPointerEvent) => {
    const from = start.current
    if (from === undefined) return
    props.onLayout(withWidth(props.layout, column.id, from.width + event.clientX - from.x))
  }
  const end = () => {
    start.current = undefined
  }
  return (
    <span
      className={styles['edge']}
      aria-hidden
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={end}
      onPointerCancel={end}
    />
  )
}
