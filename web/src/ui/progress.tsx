import type { ReactNode } from 'react'
import styles from './progress.module.css'

/** How far something is, as a bar and in words; without a total it only says that it goes on. */
export function Progress(props: { label: string; done: number; total: number | null; children: ReactNode }) {
  const { label, done, total, children } = props
  const value = total === null ? {} : { value: done, max: Math.max(total, 1) }
  return (
    <div className={styles['progress']}>
      <progress className={styles['bar']} aria-label={label} {...value} />
      <div className="row muted">{children}</div>
    </div>
  )
}
