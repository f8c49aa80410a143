import type { Session } from '@signet/shared/api/operators'
import { Link } from '@tanstack/react-router'
import { Radio, WifiOff } from 'lucide-react'
import type { LinkState } from '../api/event-stream.ts'
import { RunningJobs } from '../features/jobs/running-jobs.tsx'
import styles from './top-bar.module.css'
import { UserMenu } from './user-menu.tsx'

export function TopBar({ session, link }: { session: Session; link: LinkState }) {
  return (
    <header className={styles['bar']}>
      <Link to="/" className={styles['brand']}>
        <img src="/favicon.svg" alt="" width={22} height={22} />
        Signet
      </Link>
      {window.location.protocol === 'http:' && (
        <span className={styles['mode']} title="Plain HTTP, reachable from this computer only">
          Evaluation mode
        </span>
      )}
      <span className={styles['gap']} />
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
