import { type Alert, Alert as AlertSchema } from '@signet/shared/api/alerts'
import type { LifeStage, Severity } from '@signet/shared/api/overview'
import type { AlertKind } from '@signet/shared/vocabulary/alerts'
import type { AlertsTable } from '../platform/database/alert-tables.ts'

/** A trouble as it is found; an alert that is not resolved has the same kind, subject and threshold at most once. */
export interface Trouble {
  readonly kind: AlertKind
  readonly severity: Severity
  readonly subject: { readonly kind: string; readonly id: string; readonly label: string }
  /** Of an expiry alone. */
  readonly threshold?: LifeStage
  readonly reason: string
  readonly fix: { readonly label: string; readonly path: string }
}

/** What stands for all of one kind that are not told of one by one. */
export const collective = { kind: 'fleet', id: 'all' } as const

/** What an alert is recognised by, within its kind. */
export function keyOf(subject: { kind: string; id: string }, threshold = 0): string {
  return `${subject.kind} ${subject.id} ${threshold}`
}

/** As the API and the receivers of webhooks have it. */
export function toAlert(row: AlertsTable): Alert {
  const { acknowledged_at: at, acknowledged_by: by, note } = row
  return AlertSchema.parse({
    id: row.id,
    kind: row.kind,
    severity: row.severity,
    state: row.resolved_at !== null ? 'resolved' : at !== null ? 'acknowledged' : 'open',
    subject: { kind: row.subject_kind, id: row.subject_id, label: row.subject_label },
    threshold: row.threshold === 0 ? null : row.threshold,
    reason: row.reason,
    fix: { label: row.fix_label, path: row.fix_path },
    openedAt: row.opened_at,
    lastAt: row.last_at,
    occurrences: row.occurrences,
    acknowledged: at === null ? null : { at, by: by ?? '', note },
    resolvedAt: row.resolved_at,
  })
}
