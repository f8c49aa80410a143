import type { Session } from '@signet/shared/api/operators'
import { Link } from '@tanstack/react-router'
import { Menu as MenuIcon, Search } from 'lucide-react'
import { DemoBadge, useDemoStripes } from '../features/demo/demo-mark.tsx'
import { IconButton } from '../ui/button.tsx'
import { classNames } from '../ui/class-names.ts'
import { Kbd } from '../ui/kbd.tsx'
import { useLater } from '../ui/later.ts'
import { HelpMenu } from './help-menu.tsx'
import { LiveDot } from './live-dot.tsx'
import styles from './top-bar.module.css'
import { UserMenu } from './user-menu.tsx'
import { ZoneMenu } from './zone-menu.tsx'

interface TopBarProps {
  session: Session
  onMenu: () => void
  onSearch: () => void
  onShortcuts: () => void
}

export function TopBar({ session, onMenu, onSearch, onShortcuts }: TopBarProps) {
  const stripes = useDemoStripes()
  const demo = useLater(() => import('../features/demo/remove-demo.tsx'))
  const jobs = useLater(() => import('../features/jobs/running-jobs.tsx'))
  const alerts = useLater(() => import('../features/alerts/alerts-badge.tsx'))
  return (
    <header className={classNames(styles['bar'], stripes)}>
      <IconButton label="Menu" className={styles['menu']} onClick={onMenu}>
        <MenuIcon size={18} aria-hidden />
      </IconButton>
      <Link to="/" className={styles['brand']} aria-label="Signet">
        <img src="/favicon.svg" alt="" width={22} height={22} />
        <span>Signet</span>
      </Link>
      <DemoBadge />
      {window.location.protocol === 'http:' && stripes === undefined && (
        <span className={styles['mode']} title="Plain HTTP, reachable from this computer only">
          Evaluation mode
        </span>
      )}
      <button type="button" className={styles['search']} aria-haspopup="dialog" onClick={onSearch}>
        <Search size={14} aria-hidden />
        <span>Search or jump to…</span>
        <Kbd keys="Mod+k" hint />
      </button>
      {demo && <demo.RemoveDemo />}
      {alerts && (
        <span className={styles['alerts']}>
          <alerts.AlertsBadge />
        </span>
      )}
      {jobs && <jobs.RunningJobs />}
      <span className={styles['live']} data-testid="live-dot">
        <LiveDot />
      </span>
      <ZoneMenu />
      <HelpMenu onShortcuts={onShortcuts} />
      <UserMenu session={session} />
    </header>
  )
}
