/**
 * Rehearsals of rotations. A table of their own: the certificate of a drill is in no table that the authority reads, and a
 * drill holds no rotation up.
 */
export const drills = `
CREATE TABLE rotation_drills (
  id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, slot_id TEXT NOT NULL REFERENCES credential_slots(id),
  principal_id TEXT NOT NULL, principal_name TEXT NOT NULL, agent_id TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('running','passed','failed')), certificates INTEGER NOT NULL, x5t_s256 TEXT,
  acknowledged_at INTEGER, steps TEXT NOT NULL, actor_kind TEXT NOT NULL, actor_id TEXT, actor_label TEXT NOT NULL,
  gives_up_at INTEGER NOT NULL, finished_at INTEGER,
  version INTEGER NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL) STRICT;
CREATE UNIQUE INDEX rotation_drills_open ON rotation_drills(slot_id) WHERE finished_at IS NULL;
CREATE INDEX rotation_drills_late ON rotation_drills(gives_up_at) WHERE finished_at IS NULL;
CREATE INDEX rotation_drills_principal ON rotation_drills(principal_id, id);
`
