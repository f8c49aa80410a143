import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useId, useLayoutEffect, useMemo, useRef, useState } from 'react'
import styles from './data-table.module.css'
import { DataTableHead } from './data-table-head.tsx'
import { type DataTableProps, type RowActions, tableRoles } from './data-table-parts.ts'
import { DataTableRow, SkeletonRow } from './data-table-row.tsx'
import { useRowFocus } from './row-focus.ts'
import { useRowKeys } from './row-keys.ts'
import { isSelected } from './row-selection.ts'
import { laidOut, tracksOf } from './table-columns.ts'
import { useKeysOnSheet } from './table-keys.ts'
import { useFillHeight, useNarrow, useRowHeight } from './table-measures.ts'

const overscan = 8
/** Placeholders behind the last known row, so that scrolling on never meets an end that is not one. */
const ahead = 12
const firstSkeletons = 10
const headHeight = 32
const edgeWidth = 40
const cardHeight = 168

/**
 * A list of any length, of which only the rows on screen are drawn. One tab stop: the arrow keys move between rows, and
 * Tab goes on into the controls of the row that has the focus.
 */
export function DataTable<T>(props: DataTableProps<T>) {
  const { rows, layout, columns, selection } = props
  const frame = useRef<HTMLDivElement>(null)
  const scroller = useRef<HTMLDivElement>(null)
  useFillHeight(frame)
  const isNarrow = useNarrow()
  const rowHeight = useRowHeight(scroller)
  const count = rows.isPending ? firstSkeletons : rows.count + (rows.hasMore ? ahead : 0)
  const focus = useRowFocus(rows.count)
  const virtual = useVirtualizer<HTMLDivElement, HTMLTableRowElement>({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => (isNarrow ? cardHeight : rowHeight),
    overscan: isNarrow ? 4 : overscan,
    scrollPaddingEnd: headHeight,
    rangeExtractor: focus.rangeExtractor,
    useFlushSync: false,
  })
  // biome-ignore lint/correctness/useExhaustiveDependencies: another height makes all measures void
  useLayoutEffect(() => virtual.measure(), [rowHeight, isNarrow])
  const { startIndex, endIndex } = virtual.range ?? { startIndex: 0, endIndex: 0 }
  const { show } = rows
  useEffect(() => show(startIndex, endIndex), [show, startIndex, endIndex])

  const actions = useRowKeys(props, { scroller, virtual, focus })
  useKeysOnSheet(props)
  const edges = { before: selection === undefined ? 0 : edgeWidth, after: props.rowMenu === undefined ? 0 : edgeWidth }
  const tracks = tracksOf(layout, columns, edges)
  const afterId = useId()
  const isEmpty = !rows.isPending && rows.count === 0 && !rows.hasMore
  return (
    <div ref={frame} className={styles['frame']} data-narrow={isNarrow || undefined}>
      <a href={`#${afterId}`} className={styles['skip']}>
        Skip the table
      </a>
      <div className={styles['progress']} data-on={rows.isRefreshing || undefined} aria-hidden />
      <div ref={scroller} className={styles['scroller']} data-table-scroller>
        {isEmpty ? (
          props.empty
        ) : (
          <table
            aria-label={props.label}
            aria-rowcount={rowCountOf(props)}
            aria-busy={rows.isPending || rows.isRefreshing || undefined}
            className={styles['table']}
            style={{ ['--tracks' as string]: tracks.template, minWidth: isNarrow ? 0 : tracks.leastWidth }}
            {...tableRoles.table}
          >
            <DataTableHead {...props} actions={actions} />
            <tbody className={styles['body']} style={{ height: virtual.getTotalSize() }} {...tableRoles.group}>
              <DrawnRows {...props} actions={actions} active={focus.active} isNarrow={isNarrow} virtual={virtual} />
            </tbody>
          </table>
        )}
      </div>
      {props.bar}
      <span id={afterId} tabIndex={-1} className="sr-only">
        After the table
      </span>
    </div>
  )
}

type TableVirtualizer = ReturnType<typeof useVirtualizer<HTMLDivElement, HTMLTableRowElement>>

interface DrawnRowsProps<T> extends DataTableProps<T> {
  actions: RowActions
  active: number
  isNarrow: boolean
  virtual: TableVirtualizer
}

function DrawnRows<T>(props: DrawnRowsProps<T>) {
  const { rows, actions, virtual, isNarrow, selection } = props
  // The same array while nothing about it changes, so that rows on screen are not drawn again while scrolling.
  const columns = useMemo(() => laidOut(props.layout, props.columns), [props.layout, props.columns])
  const measure = isNarrow ? virtual.measureElement : undefined
  const isQuiet = useQuietStart(rows.isPending)
  return virtual.getVirtualItems().map(({ index, start }) => {
    const row = rows.isPending ? undefined : rows.rowAt(index)
    if (row === undefined) {
      if (isQuiet) return null
      return (
        <SkeletonRow
          key={`skeleton-${index}`}
          index={index}
          top={start}
          columns={columns}
          measure={measure}
          props={props}
        />
      )
    }
    const id = props.rowId(row)
    return (
      <DataTableRow
        key={id}
        index={index}
        top={start}
        row={row}
        id={id}
        name={props.nameOf(row)}
        version={props.versionOf?.(row)}
        columns={columns}
        layout={props.layout}
        isActive={index === props.active}
        isSelected={selection === undefined ? undefined : isSelected(selection, id)}
        isPeeked={props.peekId === id}
        isNarrow={isNarrow}
        measure={measure}
        rowMenu={props.rowMenu}
        actions={actions}
      />
    )
  })
}

const quietMs = 150

/** Nothing is drawn for the first moment, so that fast answers do not flicker. */
function useQuietStart(isPending: boolean): boolean {
  const [over, setOver] = useState(false)
  useEffect(() => {
    if (!isPending) return
    const timer = setTimeout(() => setOver(true), quietMs)
    return () => clearTimeout(timer)
  }, [isPending])
  return isPending && !over
}

/** The header counts too; -1 says that the number is not known. */
function rowCountOf<T>({ rows, total }: DataTableProps<T>): number {
  if (total !== undefined) return Math.max(total, rows.count) + 1
  return rows.hasMore || rows.isPending ? -1 : rows.count + 1
}
