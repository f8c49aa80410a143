import { X } from 'lucide-react'
import type { ReactNode } from 'react'
import { Button } from './button.tsx'
import type { RowSelection } from './row-selection.ts'
import styles from './selection-bar.module.css'

interface SelectionBarProps {
  selection: RowSelection
  /** How many match the filter, as words: `38` or `1000+`. */
  matching: string
  /** Whether all that match are more than what is selected. */
  canSelectAll: boolean
  onSelectAll: () => void
  onClear: () => void
  /** What can be done with the selection. */
  children?: ReactNode
}

/** Says what is selected and what can be done with it; there only while something is. */
export function SelectionBar(props: SelectionBarProps) {
  const { selection, matching } = props
  if (selection.kind === 'some' && selection.ids.size === 0) return null
  const words = selection.kind === 'all' ? `All ${matching} matching selected` : `${selection.ids.size} selected`
  return (
    <section className={styles['bar']} aria-label="Selection">
      <strong aria-live="polite" className="nowrap">
        {words}
      </strong>
      {selection.kind === 'some' && props.canSelectAll && (
        <Button small kind="quiet" onClick={props.onSelectAll}>
          Select all {matching} matching
        </Button>
      )}
      <span className={styles['acts']}>{props.children}</span>
      <Button small kind="quiet" icon={<X size={14} aria-hidden />} onClick={props.onClear}>
        Clear selection
      </Button>
    </section>
  )
}
