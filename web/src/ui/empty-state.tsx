import type { ReactNode } from 'react'
import styles from './empty-state.module.css'

/** Nothing here: why, and what to do about it. */
export function EmptyState(props: { title: string; icon?: ReactNode; children?: ReactNode; actions?: ReactNode }) {
  return (
    <div className={styles['empty']}>
      {props.icon}
      <p className={styles['title']}>{props.title}</p>
      {props.children}
      {props.actions !== undefined && <div className={styles['actions']}>{props.actions}</div>}
    </div>
  )
}
