import { Link } from '@tanstack/react-router'
import { Frame } from '../ui/card.tsx'
import { PageHeader } from '../ui/page-header.tsx'
import { useTitle } from '../ui/page-title.ts'
import { type Destination, settings } from './destinations.ts'
import styles from './settings-page.module.css'

/** What each is for, in one line. */
const about: Partial<Record<Destination['to'], string>> = {
  '/settings/policies': 'How long certificates live, when they rotate, and when they must not; pause of all rotations.',
  '/settings/keys': 'What Signet signs with: keys of tokens and certificate authorities, with what comes next.',
  '/expiries': 'Everything that ends, the nearest first, and whether it is replaced by itself.',
  '/audiences': 'Services that tokens are issued for: how long tokens live, and who has which role.',
  '/settings/webhooks': 'Programs that are told of alerts, and every message with what came back.',
}

/** The way to everything that is set once and looked at now and then. */
export function SettingsPage() {
  useTitle('Settings')
  return (
    <>
      <PageHeader title="Settings" lead="What is set once and looked at now and then." />
      <Frame>
        <ul className={styles['places']}>
          {settings.map(({ to, label, icon: Icon }) => (
            <li key={to}>
              <Icon size={18} aria-hidden />
              <div>
                <Link to={to}>{label}</Link>
                <p className="muted">{about[to]}</p>
              </div>
            </li>
          ))}
        </ul>
      </Frame>
    </>
  )
}
