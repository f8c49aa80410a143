import type { ReactNode } from 'react'
import styles from './page-header.module.css'

interface PageHeaderProps {
  title: ReactNode
  /** What stands above the title: the way back. */
  back?: ReactNode
  /** Beside the title: state and kind. */
  meta?: ReactNode
  /** Below the title: one sentence. */
  lead?: ReactNode
  actions?: ReactNode
}

export function PageHeader({ title, back, meta, lead, actions }: PageHeaderProps) {
  return (
    <header className={styles['header']}>
      <div className={styles['words']}>
        {back !== undefined && <div className={styles['back']}>{back}</div>}
        <div className={styles['line']}>
          <h1>{title}</h1>
          {meta}
        </div>
        {lead !== undefined && <p className="muted">{lead}</p>}
      </div>
      {actions !== undefined && <div className="row">{actions}</div>}
    </header>
  )
}
