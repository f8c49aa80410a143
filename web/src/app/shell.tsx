import type { Session } from '@signet/shared/api/operators'
import { Outlet } from '@tanstack/react-router'
import { FlaskConical, LayoutDashboard, RefreshCw, ScrollText, Server } from 'lucide-react'
import { useLiveUpdates } from '../api/live-updates.ts'
import { Nav, NavItem } from '../ui/nav.tsx'
import styles from './shell.module.css'
import { TopBar } from './top-bar.tsx'

/** The frame around every page of a signed-in operator. */
export function Shell({ session }: { session: Session }) {
  const link = useLiveUpdates()
  return (
    <div className={styles['shell']}>
      <a href="#main" className={styles['skip']}>
        Skip to content
      </a>
      <TopBar session={session} link={link} />
      <Nav label="Main">
        <NavItem to="/" icon={<LayoutDashboard size={16} aria-hidden />} label="Overview" />
        <NavItem to="/instances" icon={<Server size={16} aria-hidden />} label="Instances" />
        <NavItem to="/rotations" icon={<RefreshCw size={16} aria-hidden />} label="Rotations" />
        <NavItem to="/tokens/test" icon={<FlaskConical size={16} aria-hidden />} label="Token tester" />
        <NavItem to="/audit" icon={<ScrollText size={16} aria-hidden />} label="Audit" />
      </Nav>
      <main id="main" tabIndex={-1} className={styles['main']}>
        <Outlet />
      </main>
    </div>
  )
}
