import type { Session } from '@signet/shared/api/operators'
import { Link } from '@tanstack/react-router'
import { Radio, WifiOff } from 'lucide-react'
import type { LinkState } from '../api/event-stream.ts'
import { DemoBadge, useDemoStripes } from '../features/demo/demo-mark.tsx'
import { RemoveDemo } from '../features/demo/remove-demo.tsx'
import { RunningJobs } from '../features/jobs/running-jobs.tsx'
import { classNames } from '../ui/class-names.ts'
import styles from './top-bar.module.css'
import { UserMenu } from './user-menu.tsx'

export function TopBar({ session, link }: { session: Session; link: LinkState }) {
  const stripes = useDemoStripes()
  return (
    <header className={classNames(styles['bar'], stripes)}>
      <Link to="/instances" className={styles['brand']}>
        <img src="/favicon.svg" alt="" width={22} height={22} />
        Signet
      </Link>
      <DemoBadge />
      {window.location.protocol === 'http:' && stripes === undefined && (
        <span className={styles['mode']} title="Plain HTTP, reachable from this computer only">
          Evaluation mode
        </span>
      )}
      <span className={styles['gap']} />
      <RemoveDemo />
      <RunningJobs />
      <LiveDot link={link} />
      <UserMenu session={session} />
    </header>
  )
}

function LiveDot({ link }: { link: LinkState }) {
  const live = link === 'live'
  return (
    <span className={styles['live']} data-state={link} data-testid="live-dot">
      {live ? <Radio size={14} aria-hidden /> : <WifiOff size={14} aria-hidden />}
      {live ? 'Live' : 'Reconnecting…'}
    </span>
  )
}
