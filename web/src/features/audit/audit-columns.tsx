import type { AuditEvent } from '@signet/shared/api/audit'
import { auditActions } from '@signet/shared/vocabulary/audit-events'
import { codeWords, outcomeWords } from '../../api/words.ts'
import { absoluteTime } from '../../ui/absolute-time.ts'
import { None } from '../../ui/none.tsx'
import { ExactTime, RelativeTime } from '../../ui/relative-time.tsx'
import { StatusBadge } from '../../ui/status-badge.tsx'
import { columnsOf } from '../../ui/table-columns.ts'
import { Untrusted } from '../../ui/untrusted.tsx'
import { visibleText } from '../../ui/visible-text.ts'
import styles from './audit.module.css'

/** Names an event for assistive technology: what, and when. */
export function eventName(event: AuditEvent): string {
  return `${auditActions[event.action]}, ${absoluteTime(event.at)}`
}

/** Kinds of targets are codes that read as words. */
export function kindWords(kind: string): string {
  return visibleText(kind.replaceAll('_', ' '))
}

export const auditColumns = columnsOf<AuditEvent>([
  {
    id: 'time',
    header: 'Time',
    width: 236,
    cell: ({ at }) => (
      <span className={styles['time']}>
        <ExactTime at={at} />
        <span className={styles['second']}>
          <RelativeTime at={at} besideExact />
        </span>
      </span>
    ),
  },
  {
    id: 'actor',
    header: 'Actor',
    width: 206,
    cell: ({ actor }) => (
      <span className={styles['two']}>
        <Untrusted text={actor.label} />
        <span className={styles['second']}>{actor.kind}</span>
      </span>
    ),
  },
  {
    id: 'action',
    header: 'Action',
    width: 284,
    cell: ({ action }) => <strong className={styles['action']}>{auditActions[action]}</strong>,
  },
  {
    id: 'target',
    header: 'Target',
    width: 206,
    cell: ({ target }) =>
      target === null ? (
        <None />
      ) : (
        <span className={styles['two']}>
          <Untrusted text={target.label} />
          <span className={styles['second']}>{kindWords(target.kind)}</span>
        </span>
      ),
  },
  { id: 'outcome', header: 'Outcome', width: 100, cell: ({ outcome }) => <StatusBadge {...outcomeWords[outcome]} /> },
  {
    id: 'reason',
    header: 'Reason',
    width: 172,
    cell: ({ reason }) =>
      reason === null ? <None /> : <Untrusted text={codeWords(reason)} className={styles['reason']} />,
  },
])
