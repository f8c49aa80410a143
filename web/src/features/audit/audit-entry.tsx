import type { AuditEvent } from '@signet/shared/api/audit'
import { Link } from '@tanstack/react-router'
import { auditValueNames } from '../../api/value-names.ts'
import { codeWords, outcomeWords } from '../../api/words.ts'
import { ChangeView } from '../../ui/change-view.tsx'
import { Copyable } from '../../ui/copyable.tsx'
import { Fact, Facts } from '../../ui/facts.tsx'
import { ExactTime } from '../../ui/relative-time.tsx'
import { StatusBadge } from '../../ui/status-badge.tsx'
import { Untrusted } from '../../ui/untrusted.tsx'
import { AccessLink } from './access-link.tsx'
import styles from './audit.module.css'
import { kindWords } from './audit-columns.tsx'
import { relatedTo } from './audit-related.ts'
import { RevertButton } from './revert-button.tsx'

/** One event in full: what changed, from where, and the numbers to find it by. */
export function AuditEntry({ event }: { event: AuditEvent }) {
  return (
    <div className={styles['entry']}>
      <div className={styles['column']}>
        <Changes event={event} />
        <Related event={event} />
        <AccessLink event={event} />
        <RevertButton event={event} />
      </div>
      <Facts>
        <Fact name="Exact time">
          <ExactTime at={event.at} precision="millisecond" />
        </Fact>
        <Fact name="Actor">
          <Untrusted text={event.actor.label} /> <span className="muted">{event.actor.kind}</span>
        </Fact>
        {event.target !== null && (
          <Fact name="Target">
            <Untrusted text={event.target.label} /> <span className="muted">{kindWords(event.target.kind)}</span>
          </Fact>
        )}
        <Fact name="Outcome">
          <StatusBadge {...outcomeWords[event.outcome]} />
        </Fact>
        <Fact name="Action">
          <Copyable value={event.action} label="action" />
        </Fact>
        <Fact name="IP address">
          {event.actor.ip === null ? (
            <span className="muted">Not over the network</span>
          ) : (
            <Untrusted text={event.actor.ip} className="mono" />
          )}
        </Fact>
        {event.actor.id !== null && (
          <Fact name="Actor ID">
            <Copyable value={event.actor.id} label="actor ID" />
          </Fact>
        )}
        {event.target !== null && (
          <Fact name="Target ID">
            <Copyable value={event.target.id} label="target ID" />
          </Fact>
        )}
        {event.reason !== null && (
          <Fact name="Reason">
            <Untrusted text={codeWords(event.reason)} />
          </Fact>
        )}
        <Fact name="Correlation ID">
          <Copyable value={event.correlationId} label="correlation ID" />
        </Fact>
        <Fact name="Event ID">
          <Copyable value={event.id} label="event ID" />
        </Fact>
      </Facts>
    </div>
  )
}

function Related({ event }: { event: AuditEvent }) {
  return (
    <nav className={styles['related']} aria-label="Find related events">
      <span className="muted">Find related:</span>
      {relatedTo(event).map(({ words, filter }) => (
        <Link key={words} to="/audit" search={{ filter, range: 'all' }}>
          {words}
        </Link>
      ))}
    </nav>
  )
}

function Changes({ event }: { event: AuditEvent }) {
  const { before, after } = event
  const isEmpty = Object.keys({ ...before, ...after }).length === 0
  if (isEmpty) return <p className="muted">No values were recorded with this event.</p>
  return <ChangeView label="What changed" before={before} after={after} names={auditValueNames} />
}
