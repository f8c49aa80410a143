import type { Expiry } from '@signet/shared/api/overview'
import { Card } from '../../ui/card.tsx'
import { PathLink } from '../../ui/path-link.tsx'
import { DueTime, RelativeTime } from '../../ui/relative-time.tsx'
import { StatusBadge } from '../../ui/status-badge.tsx'
import { Untrusted } from '../../ui/untrusted.tsx'
import styles from './overview.module.css'
import { stageTones } from './overview-words.ts'

const kindWords: Record<Expiry['kind'], string> = {
  authority: 'Certificate authority',
  signing_key: 'Signing key',
  identity: 'Certificate',
  server_certificate: 'Your certificate',
  client_secret: 'Client secret',
  registered_certificate: 'Registered certificate',
  agent_certificate: 'Agent certificate',
}

/** The nearest ends of certificates and keys (SEC-53). */
export function ExpiriesCard({ expiries }: { expiries: readonly Expiry[] }) {
  return (
    <Card title="Next to expire">
      <ul className={styles['rows']} aria-label="Next to expire">
        {expiries.map((expiry) => (
          <li key={`${expiry.kind} ${expiry.id}`}>
            <span className={styles['what']}>
              <Name expiry={expiry} />
              <span className="muted">
                {kindWords[expiry.kind]}
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
