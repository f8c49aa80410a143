import { type MouseEvent, memo, type ReactNode, useEffect, useLayoutEffect, useRef, useState } from 'react'
import { classNames } from './class-names.ts'
import styles from './data-table.module.css'
import { type DataTableProps, type RowActions, tableRoles } from './data-table-parts.ts'
import { isFromPortal } from './portal-event.ts'
import type { Column, ColumnLayout } from './table-columns.ts'

interface DataTableRowProps<T> {
  index: number
  /** Pixels below the top of the first row. */
  top: number
  row: T
  id: string
  name: string
  version: number | undefined
  columns: readonly Column<T>[]
  /** Only so that another width draws the row again. */
  layout: ColumnLayout
  isActive: boolean
  /** Undefined where nothing can be selected. */
  isSelected: boolean | undefined
  isPeeked: boolean
  isNarrow: boolean
  measure: ((element: HTMLTableRowElement | null) => void) | undefined
  rowMenu: ((row: T) => ReactNode) | undefined
  actions: RowActions
}

function Row<T>(props: DataTableRowProps<T>) {
  const { index, row, columns, isSelected, actions, measure } = props
  const element = useRef<HTMLTableRowElement>(null)
  const flashes = useFlash(props.version)
  useOneTabStop(element, props.isActive)
  useLayoutEffect(() => {
    if (element.current !== null) actions.drawn(index, element.current)
  }, [actions, index])
  const onClick = (event: MouseEvent<HTMLElement>) => {
    if (
      isFromPortal(event) ||
      isControl(event.target, event.currentTarget) ||
      window.getSelection()?.isCollapsed === false
    )
      return
    actions.clicked(index)
  }
  return (
    <tr
      ref={(node) => {
        element.current = node
        measure?.(node)
      }}
      aria-rowindex={index + 2}
      aria-selected={isSelected}
      aria-label={props.isNarrow ? props.name : undefined}
      tabIndex={props.isActive ? 0 : -1}
      data-index={index}
      style={{ top: props.top }}
      data-peeked={props.isPeeked || undefined}
      data-flash={flashes || undefined}
      className={styles['row']}
      onKeyDown={(event) => actions.onKey(event, index)}
      onFocus={() => actions.focused(index)}
      onClick={onClick}
      {...tableRoles.row}
    >
      {isSelected !== undefined && (
        <td className={classNames(styles['cell'], styles['edgeCell'])} {...tableRoles.cell}>
          <label className={styles['check']}>
            <input
              type="checkbox"
              aria-label={`Select ${props.name}`}
              checked={isSelected}
              onChange={(event) => actions.toggle(index, isShifted(event.nativeEvent))}
            />
          </label>
        </td>
      )}
      {columns.map((column) => (
        <td key={column.id} className={styles['cell']} data-label={column.header} {...tableRoles.cell}>
          <div className={styles['value']}>{column.cell(row)}</div>
        </td>
      ))}
      {props.rowMenu !== undefined && (
        <td className={classNames(styles['cell'], styles['edgeCell'])} {...tableRoles.cell}>
          {props.rowMenu(row)}
        </td>
      )}
    </tr>
  )
}

/** Drawn again only when the row, its place or its marks change: scrolling must not cost what is on screen already. */
export const DataTableRow = memo(Row) as typeof Row

interface SkeletonRowProps<T> {
  index: number
  top: number
  columns: readonly Column<T>[]
  measure: ((element: HTMLTableRowElement | null) => void) | undefined
  props: DataTableProps<T>
}

/** A row that is on its way. */
export function SkeletonRow<T>({ index, top, columns, measure, props }: SkeletonRowProps<T>) {
  return (
    <tr ref={measure} aria-hidden data-index={index} data-skeleton style={{ top }} className={styles['row']}>
      {props.selection !== undefined && <td className={classNames(styles['cell'], styles['edgeCell'])} />}
      {columns.map((column) => (
        <td key={column.id} className={styles['cell']}>
          <span className={styles['bone']} />
        </td>
      ))}
      {props.rowMenu !== undefined && <td className={classNames(styles['cell'], styles['edgeCell'])} />}
    </tr>
  )
}

const flashMs = 1_200

/** True for a moment after the version of a row on screen has changed. */
function useFlash(version: number | undefined): boolean {
  const seen = useRef(version)
  const [on, setOn] = useState(false)
  useEffect(() => {
    if (seen.current === version) return
    seen.current = version
    setOn(true)
    const timer = setTimeout(() => setOn(false), flashMs)
    return () => clearTimeout(timer)
  }, [version])
  return on
}

// A time takes the focus elsewhere, but is nothing to press.
const controls = 'a[href], button, input, select, [role="switch"], [tabindex]:not(time)'

/** Takes the controls of all rows but the active one out of the tab order, so that a table is one stop, not hundreds. */
function useOneTabStop(row: { readonly current: HTMLElement | null }, isActive: boolean): void {
  const tabIndex = isActive ? 0 : -1
  useLayoutEffect(() => {
    for (const control of row.current?.querySelectorAll<HTMLElement>(controls) ?? []) {
      const isHidden = control.closest('[aria-hidden="true"]') !== null
      if (!isHidden && control.tabIndex !== tabIndex) control.tabIndex = tabIndex
    }
  })
}

function isControl(target: EventTarget, row: HTMLElement): boolean {
  const control = target instanceof Element ? target.closest(`${controls}, label`) : null
  return control !== null && control !== row
}

function isShifted(event: Event): boolean {
  return 'shiftKey' in event && event.shiftKey === true
}
