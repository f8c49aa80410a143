import type { Virtualizer } from '@tanstack/react-virtual'
import { type KeyboardEvent, type RefObject, useMemo, useRef } from 'react'
import type { DataTableProps, RowActions } from './data-table-parts.ts'
import { isFromPortal } from './portal-event.ts'
import type { RowFocus } from './row-focus.ts'
import { idsBetween, isSelected, nothingSelected, withRows } from './row-selection.ts'

interface TableParts {
  readonly scroller: RefObject<HTMLDivElement | null>
  readonly virtual: Virtualizer<HTMLDivElement, HTMLTableRowElement>
  readonly focus: RowFocus
}

/** What keys and clicks on rows do. The object stays the same, so that rows are drawn again only when they change. */
export function useRowKeys<T>(props: DataTableProps<T>, parts: TableParts): RowActions {
  const latest = useRef({ props, parts })
  latest.current = { props, parts }
  const anchor = useRef(0)
  return useMemo(() => rowActions(() => latest.current, anchor), [])
}

function rowActions<T>(
  read: () => { props: DataTableProps<T>; parts: TableParts },
  anchor: { current: number },
): RowActions {
  const idAt = (index: number) => {
    const row = read().props.rows.rowAt(index)
    return row === undefined ? undefined : read().props.rowId(row)
  }
  const loaded = () => idsBetween(0, read().props.rows.count - 1, idAt)

  const select = (ids: readonly string[], selected: boolean) => {
    const { selection = nothingSelected, onSelection } = read().props
    const here = loaded()
    onSelection?.(
      withRows(selection, ids, selected, () => here),
      here,
    )
  }
  const toggle = (index: number, isRange: boolean) => {
    const { selection = nothingSelected } = read().props
    const id = idAt(index)
    if (id === undefined) return
    const selected = isRange || !isSelected(selection, id)
    select(isRange ? idsBetween(anchor.current, index, idAt) : [id], selected)
    anchor.current = index
  }
  const focusRow = (index: number) => focusAt(read(), index)
  const onKey = (event: KeyboardEvent<HTMLElement>, index: number) => {
    if (event.nativeEvent.isComposing || event.altKey || isFromPortal(event)) return
    if (event.target !== event.currentTarget) {
      if (event.key === 'Escape') event.currentTarget.focus()
      return
    }
    const { props, parts } = read()
    const row = props.rows.rowAt(index)
    if (row === undefined) return
    const isTaken =
      moved(event, index, { focusRow, toggle, page: pageOf(parts), last: props.rows.count - 1 }) ||
      acted(event, row, index, { props, toggle, select, loaded })
    if (isTaken) event.preventDefault()
  }
  return {
    onKey,
    toggle,
    selectLoaded: (selected) => select(loaded(), selected),
    focused: (index) => read().parts.focus.setActive(index),
    clicked: (index) => {
      const row = read().props.rows.rowAt(index)
      if (row !== undefined) read().props.onPeek?.(row)
    },
    drawn: (index, element) => {
      const { wanted } = read().parts.focus
      if (wanted.current !== index) return
      wanted.current = undefined
      element.focus({ preventScroll: true })
    },
  }
}

function focusAt<T>({ props, parts }: { props: DataTableProps<T>; parts: TableParts }, index: number): void {
  const target = Math.max(0, Math.min(index, props.rows.count - 1))
  parts.focus.wanted.current = target
  parts.focus.setActive(target)
  parts.virtual.scrollToIndex(target, { align: 'auto' })
  focusDrawn(parts, target)
  const row = props.rows.rowAt(target)
  if (props.peekId !== undefined && row !== undefined) props.onPeek?.(row)
}

function focusDrawn({ scroller, focus }: TableParts, index: number): void {
  const element = scroller.current?.querySelector<HTMLElement>(`[role="row"][data-index="${index}"]`)
  if (element === null || element === undefined) return
  focus.wanted.current = undefined
  element.focus({ preventScroll: true })
}

function pageOf({ scroller, virtual }: TableParts): number {
  const height = scroller.current?.clientHeight ?? 0
  return Math.max(1, Math.floor(height / (virtual.options.estimateSize(0) || 1)) - 2)
}

interface Moves {
  readonly focusRow: (index: number) => void
  readonly toggle: (index: number, isRange: boolean) => void
  readonly page: number
  readonly last: number
}

/** Keys that move the focus; with Shift an arrow selects what it passes. */
function moved(event: KeyboardEvent, index: number, { focusRow, toggle, page, last }: Moves): boolean {
  if (event.ctrlKey || event.metaKey) return false
  const target = {
    ArrowDown: index + 1,
    j: index + 1,
    ArrowUp: index - 1,
    k: index - 1,
    PageDown: index + page,
    PageUp: index - page,
    Home: 0,
    End: last,
  }[event.key]
  if (target === undefined) return false
  focusRow(target)
  if (event.shiftKey && event.key.startsWith('Arrow')) toggle(Math.max(0, Math.min(target, last)), true)
  return true
}

interface Acts<T> {
  readonly props: DataTableProps<T>
  readonly toggle: (index: number, isRange: boolean) => void
  readonly select: (ids: readonly string[], selected: boolean) => void
  readonly loaded: () => readonly string[]
}

/** Keys that do something with the row. */
function acted<T>(event: KeyboardEvent<HTMLElement>, row: T, index: number, acts: Acts<T>): boolean {
  const { props, toggle, select, loaded } = acts
  const isSelectable = props.onSelection !== undefined
  if (event.ctrlKey || event.metaKey) {
    if (event.key !== 'a' || !isSelectable) return false
    select(loaded(), true)
    return true
  }
  if (event.key.toLowerCase() === 'x' && isSelectable) {
    toggle(index, event.shiftKey)
    return true
  }
  if (event.key === ' ' && props.onPeek !== undefined) {
    props.onPeek(props.peekId === props.rowId(row) ? undefined : row)
    return true
  }
  if (event.key === 'Enter' && props.onOpen !== undefined) {
    props.onOpen(row)
    return true
  }
  if (event.key === 'Escape') return leave(props)
  if (event.key === '.' && props.rowMenu !== undefined) {
    event.currentTarget.querySelector<HTMLElement>('[data-row-menu]')?.click()
    return true
  }
  return event.key.length === 1 && (props.onRowKey?.(event.key, row) ?? false)
}

function leave<T>(props: DataTableProps<T>): boolean {
  if (props.peekId !== undefined) props.onPeek?.(undefined)
  else props.onSelection?.(nothingSelected, [])
  return true
}
