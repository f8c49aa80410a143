/** The part of the first schema that holds alerts, and what is sent of them. */
export const alerts = `
CREATE TABLE alerts (
  id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, kind TEXT NOT NULL, threshold INTEGER NOT NULL,
  severity TEXT NOT NULL CHECK (severity IN ('critical','warning','notice')),
  subject_kind TEXT NOT NULL, subject_id TEXT NOT NULL, subject_label TEXT NOT NULL,
  reason TEXT NOT NULL, fix_label TEXT NOT NULL, fix_path TEXT NOT NULL, occurrences INTEGER NOT NULL,
  opened_at INTEGER NOT NULL, last_at INTEGER NOT NULL,
  acknowledged_at INTEGER, acknowledged_by TEXT, note TEXT, resolved_at INTEGER,
  version INTEGER NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL) STRICT;
CREATE UNIQUE INDEX alerts_unresolved ON alerts(tenant_id, kind, subject_kind, subject_id, threshold) WHERE resolved_at IS NULL;
CREATE INDEX alerts_list ON alerts(tenant_id, id);
CREATE INDEX alerts_open ON alerts(tenant_id, id) WHERE resolved_at IS NULL;
CREATE INDEX alerts_resolved ON alerts(resolved_at) WHERE resolved_at IS NOT NULL;

CREATE TABLE webhooks (
  id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, name TEXT NOT NULL, url TEXT NOT NULL,
  events TEXT NOT NULL, kinds TEXT NOT NULL, enabled INTEGER NOT NULL CHECK (enabled IN (0,1)),
  disabled_because TEXT CHECK (disabled_because IN ('operator','gone')),
  secret_enc BLOB NOT NULL, old_secret_enc BLOB, old_secret_until INTEGER,
  version INTEGER NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, tag BLOB) STRICT;

-- one message to one webhook; the last attempt is what is kept of the attempts
CREATE TABLE outbox_deliveries (
  id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, webhook_id TEXT NOT NULL REFERENCES webhooks(id) ON DELETE CASCADE,
  alert_id TEXT, event TEXT NOT NULL, payload TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting','delivered','dead')), attempt INTEGER NOT NULL, gives_up_at INTEGER NOT NULL,
  due_at INTEGER NOT NULL, lease_owner TEXT, fence INTEGER NOT NULL, finished_at INTEGER,
  status INTEGER, answer TEXT, fault TEXT, duration_ms INTEGER,
  version INTEGER NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL) STRICT;
CREATE INDEX outbox_deliveries_claim ON outbox_deliveries(webhook_id, due_at) WHERE finished_at IS NULL;
CREATE INDEX outbox_deliveries_list ON outbox_deliveries(webhook_id, id);
CREATE INDEX outbox_deliveries_state ON outbox_deliveries(webhook_id, state, id);
CREATE INDEX outbox_deliveries_finished ON outbox_deliveries(finished_at) WHERE finished_at IS NOT NULL;
`
