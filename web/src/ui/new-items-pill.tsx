import { ArrowUp } from 'lucide-react'
import { type ReactNode, useCallback, useRef, useState } from 'react'
import styles from './new-items-pill.module.css'
import type { RowWindow } from './row-window.ts'

interface HeldRows<T> {
  /** The rows to show: what the list had when somebody began to look at it closely, each as it is now. */
  readonly rows: RowWindow<T>
  readonly newCount: number
  readonly showNew: () => void
  /** Goes on the element that holds the list: pointer and focus inside keep its rows in place. */
  readonly holder: {
    readonly onPointerEnter: () => void
    readonly onPointerLeave: () => void
    readonly onFocus: () => void
    readonly onBlur: (event: { currentTarget: Element; relatedTarget: EventTarget | null }) => void
  }
}

/** With more new rows than this everything is let in: what somebody looked at is far away by then. */
const mostHeld = 1_000

/**
 * Keeps new rows out of a list that is sorted by time while pointer or focus is inside, so that nothing moves under
 * them; a filter that changes lets everything in.
 *
 * @param key changes when it is another list, such as by another filter
 */
export function useHeldRows<T>(rows: RowWindow<T>, idOf: (row: T) => string, key: string): HeldRows<T> {
  const [pointer, setPointer] = useState(false)
  const [focus, setFocus] = useState(false)
  const top = useRef<{ key: string; id: string } | undefined>(undefined)
  const first = rows.rowAt(0)
  const held = top.current
  const newCount = (pointer || focus) && held?.key === key ? rowsBefore(rows, (row) => idOf(row) === held.id) : 0
  if (newCount === 0) top.current = first === undefined ? undefined : { key, id: idOf(first) }
  const [, redraw] = useState(0)
  const { rowAt, show } = rows
  const showHeld = useCallback((from: number, to: number) => show(from + newCount, to + newCount), [show, newCount])
  return {
    rows: {
      ...rows,
      count: rows.count - newCount,
      rowAt: (index) => rowAt(index + newCount),
      show: showHeld,
    },
    newCount,
    showNew: () => {
      top.current = undefined
      redraw((count) => count + 1)
    },
    holder: {
      onPointerEnter: () => setPointer(true),
      onPointerLeave: () => setPointer(false),
      onFocus: () => setFocus(true),
      onBlur: ({ currentTarget, relatedTarget }) =>
        setFocus(relatedTarget instanceof Node && currentTarget.contains(relatedTarget)),
    },
  }
}

/** How many rows stand above the one that is sought; none when it is not near the top. */
function rowsBefore<T>({ count, rowAt }: RowWindow<T>, isSought: (row: T) => boolean): number {
  for (let index = 0; index < Math.min(count, mostHeld); index += 1) {
    const row = rowAt(index)
    if (row !== undefined && isSought(row)) return index
  }
  return 0
}

/** Says how many rows wait above the list, and lets them in. */
export function NewItemsPill({ count, onShow }: { count: number; onShow: () => void }): ReactNode {
  return (
    <div className={styles['place']} role="status">
      {count > 0 && (
        <button type="button" className={styles['pill']} onClick={onShow}>
          <ArrowUp size={12} aria-hidden />
          {count} new
        </button>
      )}
    </div>
  )
}
