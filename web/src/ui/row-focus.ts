import { defaultRangeExtractor, type Range } from '@tanstack/react-virtual'
import { useCallback, useRef, useState } from 'react'

export interface RowFocus {
  /** Index of the row that is the table's tab stop. */
  readonly active: number
  readonly setActive: (index: number) => void
  /** Draws the active row wherever it is, so that scrolling does not take the focus away. */
  readonly rangeExtractor: (range: Range) => number[]
  /** The row that is to get the focus as soon as it is drawn. */
  readonly wanted: { current: number | undefined }
}

/** The roving tab stop of a table. */
export function useRowFocus(count: number): RowFocus {
  const [chosen, setActive] = useState(0)
  const active = Math.min(chosen, Math.max(0, count - 1))
  const wanted = useRef<number>(undefined)
  const rangeExtractor = useCallback(
    (range: Range) => {
      const drawn = defaultRangeExtractor(range)
      if (active >= range.count || drawn.includes(active)) return drawn
      return [...drawn, active].sort((a, b) => a - b)
    },
    [active],
  )
  return { active, setActive, rangeExtractor, wanted }
}
