import type { Expiry } from '@signet/shared/api/overview'
import { Link } from '@tanstack/react-router'
import { expiryKindWords, stageTones } from '../../api/alarm-words.ts'
import { Card } from '../../ui/card.tsx'
import { PathLink } from '../../ui/path-link.tsx'
import { DueTime, RelativeTime } from '../../ui/relative-time.tsx'
import { StatusBadge } from '../../ui/status-badge.tsx'
import { Untrusted } from '../../ui/untrusted.tsx'
import styles from './overview.module.css'

/** The nearest ends of certificates and keys (SEC-53). */
export function ExpiriesCard({ expiries }: { expiries: readonly Expiry[] }) {
  return (
    <Card title="Next to expire" actions={<Link to="/expiries">Show all</Link>}>
      <ul className={styles['rows']} aria-label="Next to expire">
        {expiries.map((expiry) => (
          <li key={`${expiry.kind} ${expiry.id}`}>
            <span className={styles['what']}>
              <Name expiry={expiry} />
              <span className="muted">
                {expiryKindWords[expiry.kind]}
                {expiry.renewsAt !== null && (
                  <>
                    , renewed <DueTime at={expiry.renewsAt} />
                  </>
                )}
              </span>
            </span>
            <span className={styles['when']}>
              <RelativeTime at={expiry.notAfter} />
              {expiry.stage !== null && expiry.stage <= 10 && (
                <StatusBadge tone={stageTones[expiry.stage]} word={`${expiry.stage} % left`} />
              )}
            </span>
          </li>
        ))}
      </ul>
    </Card>
  )
}

function Name({ expiry: { kind, name, path } }: { expiry: Expiry }) {
  const words = <Untrusted text={kind === 'signing_key' ? `${name.slice(0, 8)}…` : name} />
  return path === null ? words : <PathLink path={path}>{words}</PathLink>
}
