import type { Severity } from '@signet/shared/api/overview'
import type { AlertKind, DeliveryState, WebhookEvent } from '@signet/shared/vocabulary/alerts'
import type { Flag, Leased, Versioned } from './columns.ts'

// Tables of `Schema` that hold alerts and what is sent of them.

export interface AlertsTable extends Versioned {
  id: string
  kind: AlertKind
  /** Of an expiry: percent of life left; otherwise 0. */
  threshold: number
  severity: Severity
  subject_kind: string
  subject_id: string
  /** As it was called when it happened last. */
  subject_label: string
  reason: string
  fix_label: string
  fix_path: string
  occurrences: number
  opened_at: number
  last_at: number
  acknowledged_at: number | null
  acknowledged_by: string | null
  note: string | null
  resolved_at: number | null
}

export interface WebhooksTable extends Versioned {
  id: string
  name: string
  url: string
  /** JSON arrays. */
  events: string
  kinds: string
  enabled: Flag
  disabled_because: 'operator' | 'gone' | null
  secret_enc: Buffer
  old_secret_enc: Buffer | null
  old_secret_until: number | null
}

export interface OutboxDeliveriesTable extends Versioned, Leased {
  id: string
  webhook_id: string
  alert_id: string | null
  event: WebhookEvent | 'webhook.test'
  payload: string
  state: DeliveryState
  attempt: number
  gives_up_at: number
  status: number | null
  answer: string | null
  fault: string | null
  duration_ms: number | null
}
