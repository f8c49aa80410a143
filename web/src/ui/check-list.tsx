import { Check, Minus, X } from 'lucide-react'
import type { ReactNode } from 'react'
import styles from './check-list.module.css'

export interface CheckItem {
  readonly name: string
  /** Null when it was not made, because an earlier one makes it moot. */
  readonly ok: boolean | null
  readonly detail: ReactNode
}

/** Checks that were made, one by one, each with its verdict as icon and word. */
export function CheckList({ label, items }: { label: string; items: readonly CheckItem[] }) {
  return (
    <ul className={styles['checks']} aria-label={label}>
      {items.map((item) => (
        <li key={item.name} data-ok={item.ok ?? undefined}>
          <Mark ok={item.ok} />
          <span>
            <strong>{item.name}</strong> <em>{item.ok === null ? 'not checked' : item.ok ? 'passed' : 'failed'}</em>
            <span className={styles['detail']}>{item.detail}</span>
          </span>
        </li>
      ))}
    </ul>
  )
}

function Mark({ ok }: { ok: boolean | null }) {
  if (ok === null) return <Minus size={14} aria-hidden />
  return ok ? <Check size={14} aria-hidden /> : <X size={14} aria-hidden />
}
