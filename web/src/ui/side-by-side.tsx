import type { ReactNode } from 'react'
import styles from './side-by-side.module.css'

/** Cards beside each other while there is room. */
export function SideBySide({ children }: { children: ReactNode }) {
  return <div className={styles['columns']}>{children}</div>
}
