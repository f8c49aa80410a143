import type { ReactNode } from 'react'
import styles from './name-cell.module.css'

/** Look of the link within. */
export const nameLinkClass = styles['link']

/** The first cell of a row of a list: what it is called, which leads to its page, and what kind of thing it is. */
export function NameCell({ icon, children }: { icon?: ReactNode; children: ReactNode }) {
  return (
    <span className={styles['name']}>
      {icon}
      {children}
    </span>
  )
}
