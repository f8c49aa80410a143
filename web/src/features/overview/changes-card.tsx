import type { Overview } from '@signet/shared/api/overview'
import { auditActions } from '@signet/shared/vocabulary/audit-events'
import { Link } from '@tanstack/react-router'
import { outcomeWords } from '../../api/words.ts'
import { Card } from '../../ui/card.tsx'
import { ForbiddenPanel } from '../../ui/forbidden-panel.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { StatusBadge } from '../../ui/status-badge.tsx'
import { Untrusted } from '../../ui/untrusted.tsx'
import styles from './overview.module.css'

/** The newest acts worth knowing, each with its record. */
export function ChangesCard({ changes }: { changes: Overview['changes'] }) {
  return (
    <Card title="Recent changes" actions={<Link to="/audit">Open audit</Link>}>
      {changes === null ? (
        <ForbiddenPanel permission="audit.read" />
      ) : changes.length === 0 ? (
        <p className="muted">Nothing was changed in the last 30 days.</p>
      ) : (
        <ul className={styles['rows']} aria-label="Recent changes">
          {changes.map((event) => (
            <li key={event.id}>
              <span className={styles['what']}>
                <span>
                  <Link to="/audit" search={{ range: 'all', event: event.id }}>
                    {auditActions[event.action]}
                  </Link>
                  {event.target !== null && (
                    <>
                      {' '}
                      <Untrusted text={event.target.label} className={styles['target']} />
                    </>
                  )}
                </span>
                <span className="muted">
                  <Untrusted text={event.actor.label} />
                </span>
              </span>
              <span className={styles['when']}>
                {event.outcome !== 'ok' && <StatusBadge {...outcomeWords[event.outcome]} />}
                <RelativeTime at={event.at} />
              </span>
            </li>
          ))}
        </ul>
      )}
    </Card>
  )
}
