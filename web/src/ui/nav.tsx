import { Link, type LinkProps } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import styles from './nav.module.css'

export function Nav({ label, children }: { label: string; children: ReactNode }) {
  return (
    <nav aria-label={label} className={styles['nav']}>
      <ul>{children}</ul>
    </nav>
  )
}

/** One place to go to; marked as current on it and on every page below it. */
export function NavItem({ to, icon, label }: { to: NonNullable<LinkProps['to']>; icon: ReactNode; label: string }) {
  return (
    <li>
      <Link to={to} className={styles['item']} activeOptions={{ includeSearch: false }}>
        {icon}
        {label}
      </Link>
    </li>
  )
}
