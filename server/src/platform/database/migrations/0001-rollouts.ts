/** The part of the first schema that rotations of many are kept in (ADR-0021). */
export const rollouts = `
-- finished_at: no work is left in it; ended_at: nothing more of it will open
CREATE TABLE rollouts (
  id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, act TEXT NOT NULL CHECK (act IN ('rotate','emergency','drill')),
  state TEXT NOT NULL CHECK (state IN ('starting','running','paused','halted','completed','cancelled')),
  list TEXT NOT NULL CHECK (list IN ('instances','identities')), q TEXT,
  wave_size INTEGER NOT NULL, pause_s INTEGER NOT NULL, most_failed INTEGER, most_failed_share REAL, item_s INTEGER NOT NULL,
  reason TEXT, actor_kind TEXT NOT NULL, actor_id TEXT, actor_label TEXT NOT NULL, actor_ip TEXT, correlation_id TEXT NOT NULL,
  total INTEGER NOT NULL, wave INTEGER NOT NULL, waves INTEGER NOT NULL, next_wave_at INTEGER,
  failed INTEGER NOT NULL, excused INTEGER NOT NULL, halt_reason TEXT, undo TEXT, ended_at INTEGER,
  due_at INTEGER NOT NULL, lease_owner TEXT, fence INTEGER NOT NULL, finished_at INTEGER,
  version INTEGER NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL) STRICT;
CREATE INDEX rollouts_claim ON rollouts(due_at) WHERE finished_at IS NULL;
CREATE INDEX rollouts_history ON rollouts(tenant_id, id);
CREATE INDEX rollouts_open ON rollouts(tenant_id, id) WHERE ended_at IS NULL;

-- a rotation or a drill may have reached the end of its retention; what came of the item stays
CREATE TABLE rollout_items (
  rollout_id TEXT NOT NULL REFERENCES rollouts(id), position INTEGER NOT NULL, wave INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting','open','activated','failed','returning','rolled_back','skipped','cancelled')),
  slot_id TEXT REFERENCES credential_slots(id), principal_id TEXT, agent_id TEXT, instance_id TEXT,
  name TEXT NOT NULL, instance_name TEXT, run_id TEXT, drill_id TEXT,
  error_code TEXT, detail TEXT, asked_at INTEGER, deadline_at INTEGER, PRIMARY KEY (rollout_id, position)) STRICT;
CREATE INDEX rollout_items_wave ON rollout_items(rollout_id, wave, state, position);
CREATE INDEX rollout_items_state ON rollout_items(rollout_id, state, position);
-- a credential is in one rollout at a time
CREATE UNIQUE INDEX rollout_items_live ON rollout_items(slot_id) WHERE slot_id IS NOT NULL AND state IN ('waiting','open','returning');
`
