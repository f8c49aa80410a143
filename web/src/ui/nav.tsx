import { Link, type LinkProps } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import styles from './nav.module.css'

interface NavProps {
  label: string
  /** Icons alone; the names stay for assistive technology and as titles. */
  narrow?: boolean
  children: ReactNode
  /** What stands at the bottom. */
  foot?: ReactNode
}

export function Nav({ label, narrow = false, children, foot }: NavProps) {
  return (
    <nav aria-label={label} className={styles['nav']} data-narrow={narrow}>
      <ul>{children}</ul>
      {foot !== undefined && <div className={styles['foot']}>{foot}</div>}
    </nav>
  )
}

interface NavItemProps {
  to: NonNullable<LinkProps['to']>
  icon: ReactNode
  label: string
  /** Current on its own page alone, and not on those below it. */
  exact?: boolean
  onFollow?: () => void
  /** Places below it, as a list. */
  children?: ReactNode
}

/** One place to go to; marked as current on it and on every page below it. */
export function NavItem({ to, icon, label, exact = false, onFollow, children }: NavItemProps) {
  return (
    <li>
      <Link
        to={to}
        className={styles['item']}
        activeOptions={{ includeSearch: false, exact }}
        title={label}
        onClick={onFollow}
      >
        {icon}
        <span className={styles['label']}>{label}</span>
      </Link>
      {children}
    </li>
  )
}
