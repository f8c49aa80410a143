import { type ReactNode, useId } from 'react'
import styles from './card.module.css'

/** A titled part of a page. */
export function Card({ title, actions, children }: { title: ReactNode; actions?: ReactNode; children: ReactNode }) {
  const id = useId()
  return (
    <section className={styles['card']} aria-labelledby={id}>
      <header className={styles['header']}>
        <h2 id={id}>{title}</h2>
        {actions}
      </header>
      <div className={styles['body']}>{children}</div>
    </section>
  )
}

/** A frame without title, for tables that reach its edges. */
export function Frame({ children }: { children: ReactNode }) {
  return <div className={styles['card']}>{children}</div>
}
