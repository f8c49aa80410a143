/**
 * The part of the first schema that keeps the history as it was written: what has ended is never changed, and only what is
 * older than a retention pass says is ever deleted, inside the transaction of that pass.
 */
export const history = `
CREATE INDEX credentials_issued ON credentials(tenant_id, id);
CREATE INDEX credentials_expires ON credentials(tenant_id, not_after, id);
CREATE INDEX credentials_name ON credentials(tenant_id, principal_name COLLATE NOCASE, id);
CREATE INDEX credentials_instance ON credentials(instance_id, id) WHERE instance_id IS NOT NULL;
CREATE INDEX credentials_instance_name ON credentials(tenant_id, instance_name COLLATE NOCASE, id) WHERE instance_name IS NOT NULL;
CREATE INDEX credentials_ended ON credentials(coalesce(retired_at, revoked_at)) WHERE state IN ('retired','revoked');
CREATE INDEX rotation_runs_finished ON rotation_runs(finished_at) WHERE finished_at IS NOT NULL;

-- there is a row in the transaction of a retention pass alone; what ended at or after \`before\` stays all the same
CREATE TABLE retention_pass (id INTEGER PRIMARY KEY CHECK (id = 1), before INTEGER NOT NULL) STRICT;

CREATE TRIGGER rotation_attempts_no_update BEFORE UPDATE ON rotation_attempts BEGIN
  SELECT RAISE(ABORT, 'rotation attempts are insert only');
END;
CREATE TRIGGER rotation_attempts_retention BEFORE DELETE ON rotation_attempts
  WHEN NOT EXISTS (SELECT 1 FROM retention_pass, rotation_runs
    WHERE rotation_runs.id = old.run_id AND rotation_runs.finished_at < retention_pass.before) BEGIN
  SELECT RAISE(ABORT, 'rotation attempts are kept until their retention ends');
END;
CREATE TRIGGER rotation_attempts_no_late_insert BEFORE INSERT ON rotation_attempts
  WHEN EXISTS (SELECT 1 FROM rotation_attempts WHERE run_id = new.run_id AND to_state NOT IN ('requested','prepared','activated')) BEGIN
  SELECT RAISE(ABORT, 'a rotation that has ended gets no further attempts');
END;

-- who looked at a rotation, beside it, since one that has ended is never changed; it goes with the rotation alone
CREATE TABLE rotation_reviews (
  run_id TEXT PRIMARY KEY REFERENCES rotation_runs(id) ON DELETE CASCADE, tenant_id TEXT NOT NULL,
  actor_kind TEXT NOT NULL, actor_id TEXT, actor_label TEXT NOT NULL, reviewed_at INTEGER NOT NULL) STRICT;
CREATE TRIGGER rotation_reviews_no_update BEFORE UPDATE ON rotation_reviews BEGIN
  SELECT RAISE(ABORT, 'a review is never changed');
END;
CREATE TRIGGER rotation_reviews_no_delete BEFORE DELETE ON rotation_reviews
  WHEN EXISTS (SELECT 1 FROM rotation_runs WHERE id = old.run_id) BEGIN
  SELECT RAISE(ABORT, 'a review is kept as long as its rotation');
END;

CREATE TRIGGER rotation_runs_finished_no_update BEFORE UPDATE ON rotation_runs WHEN old.finished_at IS NOT NULL BEGIN
  SELECT RAISE(ABORT, 'a rotation that has ended is never changed');
END;
CREATE TRIGGER rotation_runs_origin_no_update
  BEFORE UPDATE OF id, tenant_id, slot_id, principal_id, principal_name, trigger, actor_kind, actor_id, actor_label,
    created_at ON rotation_runs
  WHEN (old.id, old.tenant_id, old.slot_id, old.principal_id, old.principal_name, old.trigger, old.actor_kind,
      old.actor_id, old.actor_label, old.created_at)
    IS NOT (new.id, new.tenant_id, new.slot_id, new.principal_id, new.principal_name, new.trigger, new.actor_kind,
      new.actor_id, new.actor_label, new.created_at) BEGIN
  SELECT RAISE(ABORT, 'who asked for a rotation, for what and why is never changed');
END;
CREATE TRIGGER rotation_runs_retention BEFORE DELETE ON rotation_runs
  WHEN old.finished_at IS NULL OR NOT EXISTS (SELECT 1 FROM retention_pass WHERE old.finished_at < before) BEGIN
  SELECT RAISE(ABORT, 'rotations are kept until their retention ends');
END;

CREATE TRIGGER credentials_origin_no_update
  BEFORE UPDATE OF id, tenant_id, slot_id, principal_id, serial, x5t, x5t_s256, spki_s256, cert_der, key_alg, key_location,
    ca_id, not_before, not_after, run_id, principal_name, instance_id, instance_name, cause, actor_kind, actor_id,
    actor_label, created_at ON credentials
  WHEN (old.id, old.tenant_id, old.slot_id, old.principal_id, old.serial, old.x5t, old.x5t_s256, old.spki_s256, old.cert_der,
      old.key_alg, old.key_location, old.ca_id, old.not_before, old.not_after, old.run_id, old.principal_name,
      old.instance_id, old.instance_name, old.cause, old.actor_kind, old.actor_id, old.actor_label, old.created_at)
    IS NOT (new.id, new.tenant_id, new.slot_id, new.principal_id, new.serial, new.x5t, new.x5t_s256, new.spki_s256, new.cert_der,
      new.key_alg, new.key_location, new.ca_id, new.not_before, new.not_after, new.run_id, new.principal_name,
      new.instance_id, new.instance_name, new.cause, new.actor_kind, new.actor_id, new.actor_label, new.created_at) BEGIN
  SELECT RAISE(ABORT, 'what a certificate is and where it came from is never changed');
END;
-- its last uses are written some seconds after they were
CREATE TRIGGER credentials_ended_no_update BEFORE UPDATE ON credentials WHEN old.state IN ('retired','revoked')
  AND ((old.state, old.usable_until, old.activated_at, old.revoked_at, old.delivered_at, old.acknowledged_at,
      old.ack_agent_id, old.ack_agent_name, old.ack_agent_version, old.superseded_at, old.retired_at, old.revoke_reason,
      old.long_assertions, old.version, old.updated_at)
    IS NOT (new.state, new.usable_until, new.activated_at, new.revoked_at, new.delivered_at, new.acknowledged_at,
      new.ack_agent_id, new.ack_agent_name, new.ack_agent_version, new.superseded_at, new.retired_at, new.revoke_reason,
      new.long_assertions, new.version, new.updated_at)) BEGIN
  SELECT RAISE(ABORT, 'a certificate that has ended is never changed');
END;
CREATE TRIGGER credentials_first_use_no_update BEFORE UPDATE OF first_used_at, last_used_at ON credentials
  WHEN (old.first_used_at IS NOT NULL AND new.first_used_at IS NOT old.first_used_at)
    OR (old.last_used_at IS NOT NULL AND (new.last_used_at IS NULL OR new.last_used_at < old.last_used_at)) BEGIN
  SELECT RAISE(ABORT, 'the first use of a certificate is never changed, and its last use never earlier');
END;
CREATE TRIGGER credentials_retention BEFORE DELETE ON credentials
  WHEN old.state NOT IN ('retired','revoked')
    OR NOT EXISTS (SELECT 1 FROM retention_pass WHERE coalesce(old.retired_at, old.revoked_at) < before) BEGIN
  SELECT RAISE(ABORT, 'certificates are kept until their retention ends');
END;
`
