import { Check, CircleDashed } from 'lucide-react'
import type { ReactNode } from 'react'
import styles from './tick-list.module.css'

interface Tick {
  readonly name: string
  readonly done: boolean
  readonly detail: ReactNode
}

/** Steps that are done one after the other, each ticked when it is. */
export function TickList({ label, items }: { label: string; items: readonly Tick[] }) {
  return (
    <ul className={styles['ticks']} aria-label={label}>
      {items.map((item) => (
        <li key={item.name} data-done={item.done}>
          {item.done ? <Check size={14} aria-hidden /> : <CircleDashed size={14} aria-hidden />}
          <span>
            <strong>{item.name}</strong> {item.done ? 'done' : 'waiting'}
            <span className={styles['detail']}>{item.detail}</span>
          </span>
        </li>
      ))}
    </ul>
  )
}
