import { alerts } from './0001-alerts.ts'
import { authorization } from './0001-authorization.ts'
import { drills } from './0001-drills.ts'
import { history } from './0001-history.ts'
import { instanceList } from './0001-instance-list.ts'
import { rollouts } from './0001-rollouts.ts'
import { rotationPolicies } from './0001-rotation-policies.ts'
import { vault } from './0001-vault.ts'

/** The first schema. Never edited once released; later versions are files of their own. */
export const init = `
CREATE TABLE tenants (
  id TEXT PRIMARY KEY, name TEXT NOT NULL, domain_key TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('active','suspended','deleted')),
  version INTEGER NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL) STRICT;
CREATE UNIQUE INDEX tenants_domain ON tenants(domain_key);

CREATE TABLE subscriptions (
  id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL REFERENCES tenants(id), display_name TEXT NOT NULL,
  version INTEGER NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL) STRICT;

CREATE TABLE resource_groups (
  id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, subscription_id TEXT NOT NULL REFERENCES subscriptions(id),
  name TEXT NOT NULL, name_key TEXT NOT NULL, deleted_at INTEGER,
  version INTEGER NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL) STRICT;
CREATE UNIQUE INDEX resource_groups_name ON resource_groups(subscription_id, name_key) WHERE deleted_at IS NULL;

CREATE TABLE agents (
  id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, name TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('active','quarantined','revoked')),
  platform TEXT NOT NULL, agent_version TEXT NOT NULL, generation INTEGER NOT NULL,
  cert_x5t_s256 TEXT NOT NULL, cert_not_after INTEGER NOT NULL, renew_after INTEGER NOT NULL, renew_jitter REAL NOT NULL,
  new_x5t_s256 TEXT, new_not_after INTEGER, renew_request_id TEXT, new_spki_s256 TEXT, new_cert_der BLOB,
  endpoints TEXT, acked_generation INTEGER, errors TEXT, last_seen_at INTEGER, revoked_at INTEGER, recover_until INTEGER,
  version INTEGER NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, tag BLOB) STRICT;
CREATE UNIQUE INDEX agents_certificate ON agents(cert_x5t_s256);
CREATE UNIQUE INDEX agents_new_certificate ON agents(new_x5t_s256);
CREATE INDEX agents_expiry ON agents(tenant_id, cert_not_after, id) WHERE state = 'active';
CREATE INDEX agents_quarantined ON agents(tenant_id, id) WHERE state = 'quarantined';

CREATE TABLE service_instances (
  id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, subscription_id TEXT NOT NULL REFERENCES subscriptions(id),
  resource_group_id TEXT NOT NULL REFERENCES resource_groups(id),
  kind TEXT NOT NULL CHECK (kind IN ('vm','app','function','container','host')),
  name TEXT NOT NULL, name_key TEXT NOT NULL, arm_id TEXT NOT NULL, arm_id_key TEXT NOT NULL,
  identity_state TEXT NOT NULL CHECK (identity_state IN ('off','enabling','on','disabling')),
  system_principal_id TEXT, agent_id TEXT REFERENCES agents(id), deleted_at INTEGER,
  version INTEGER NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL) STRICT;
CREATE UNIQUE INDEX service_instances_arm_id ON service_instances(arm_id_key) WHERE deleted_at IS NULL;
CREATE INDEX service_instances_name ON service_instances(tenant_id, name_key, id);
CREATE INDEX service_instances_state ON service_instances(tenant_id, identity_state, name_key, id);
CREATE INDEX service_instances_agent ON service_instances(agent_id);
CREATE INDEX service_instances_principal ON service_instances(system_principal_id);

-- what the resource manager keeps of instances, identities and groups besides what they are; absent: nothing was said
CREATE TABLE resource_details (
  resource_id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, location TEXT NOT NULL, envelope TEXT NOT NULL,
  tags TEXT NOT NULL) STRICT;

CREATE TABLE resource_tags (
  resource_id TEXT NOT NULL, tag_key TEXT NOT NULL, tag_value TEXT NOT NULL, tenant_id TEXT NOT NULL,
  PRIMARY KEY (resource_id, tag_key)) STRICT, WITHOUT ROWID;
CREATE INDEX resource_tags_value ON resource_tags(tenant_id, tag_key, tag_value, resource_id);

CREATE TABLE principals (
  object_id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, client_id TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('system','user','app')), display_name TEXT NOT NULL,
  name_key TEXT NOT NULL, owner_instance_id TEXT, arm_id TEXT, token_ttl_s INTEGER,
  state TEXT NOT NULL CHECK (state IN ('enabled','suspended','deleted')), deleted_at INTEGER, purge_at INTEGER,
  suspended_at INTEGER, suspended_with TEXT, tokens_revoked_at INTEGER,
  token_key INTEGER NOT NULL, new_host_key INTEGER NOT NULL,
  version INTEGER NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, tag BLOB) STRICT;
CREATE UNIQUE INDEX principals_client ON principals(client_id);
CREATE UNIQUE INDEX principals_owner ON principals(owner_instance_id) WHERE deleted_at IS NULL;
CREATE INDEX principals_names ON principals(tenant_id, kind, name_key, object_id);
-- the list of uses is read in these orders (ADR-0041)
CREATE INDEX principals_all_names ON principals(tenant_id, name_key, object_id);
CREATE INDEX principals_uses ON principals(tenant_id, token_key, object_id);
CREATE INDEX principals_new_hosts ON principals(tenant_id, new_host_key, object_id);
CREATE INDEX principals_suspended ON principals(suspended_at) WHERE suspended_at IS NOT NULL;
CREATE INDEX principals_suspended_with ON principals(suspended_with, object_id) WHERE suspended_with IS NOT NULL;
CREATE INDEX principals_tokens_revoked ON principals(tokens_revoked_at) WHERE tokens_revoked_at IS NOT NULL;
CREATE INDEX principals_purge ON principals(purge_at) WHERE purge_at IS NOT NULL;

CREATE TABLE client_secrets (
  id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, principal_id TEXT NOT NULL REFERENCES principals(object_id),
  description TEXT NOT NULL, secret_sha256 BLOB NOT NULL, hint TEXT NOT NULL, expires_at INTEGER NOT NULL,
  last_used_at INTEGER, version INTEGER NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, tag BLOB) STRICT;
CREATE INDEX client_secrets_principal ON client_secrets(principal_id, id);
CREATE INDEX client_secrets_expiry ON client_secrets(expires_at);

CREATE TABLE federated_credentials (
  id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, principal_id TEXT NOT NULL REFERENCES principals(object_id),
  name TEXT NOT NULL, name_key TEXT NOT NULL, issuer TEXT NOT NULL,
  match TEXT NOT NULL CHECK (match IN ('exact','prefix','expression')), subject TEXT NOT NULL, audiences TEXT NOT NULL,
  jwks TEXT, broad INTEGER NOT NULL CHECK (broad IN (0,1)), last_used_at INTEGER,
  version INTEGER NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, tag BLOB) STRICT;
CREATE UNIQUE INDEX federated_credentials_name ON federated_credentials(principal_id, name_key);
CREATE UNIQUE INDEX federated_credentials_subject ON federated_credentials(principal_id, issuer, match, subject);
CREATE INDEX federated_credentials_broad ON federated_credentials(principal_id, id) WHERE broad = 1;

-- user-assigned identities as resources; id is the object ID of the principal, which holds what the authority needs
CREATE TABLE user_identities (
  id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, subscription_id TEXT NOT NULL REFERENCES subscriptions(id),
  resource_group_id TEXT NOT NULL REFERENCES resource_groups(id), name TEXT NOT NULL, name_key TEXT NOT NULL,
  group_name TEXT NOT NULL, group_key TEXT NOT NULL, arm_id TEXT NOT NULL, arm_id_key TEXT NOT NULL,
  client_id TEXT NOT NULL, state TEXT NOT NULL CHECK (state IN ('on','paused','deleted')),
  instances INTEGER NOT NULL, token_key INTEGER NOT NULL, deleted_at INTEGER,
  version INTEGER NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL) STRICT;
CREATE UNIQUE INDEX user_identities_arm_id ON user_identities(arm_id_key) WHERE deleted_at IS NULL;
CREATE INDEX user_identities_name ON user_identities(tenant_id, name_key, id);
CREATE INDEX user_identities_group ON user_identities(resource_group_id, name_key);

CREATE TABLE identity_assignments (
  instance_id TEXT NOT NULL REFERENCES service_instances(id), principal_id TEXT NOT NULL REFERENCES user_identities(id),
  tenant_id TEXT NOT NULL, created_at INTEGER NOT NULL, PRIMARY KEY (instance_id, principal_id)) STRICT;
CREATE INDEX identity_assignments_principal ON identity_assignments(principal_id, instance_id);

CREATE TABLE certificate_authorities (
  id TEXT PRIMARY KEY, scope TEXT NOT NULL CHECK (scope IN ('root','tls','agents','credentials')),
  subject TEXT NOT NULL, cert_der BLOB NOT NULL, cross_der BLOB, key_enc BLOB NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('prepared','active','retiring','retired','revoked')),
  not_before INTEGER NOT NULL, not_after INTEGER NOT NULL, leaves_until INTEGER NOT NULL,
  version INTEGER NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, tag BLOB) STRICT;
CREATE UNIQUE INDEX certificate_authorities_active ON certificate_authorities(scope) WHERE state = 'active';
CREATE UNIQUE INDEX certificate_authorities_prepared ON certificate_authorities(scope) WHERE state = 'prepared';

CREATE TABLE known_keys (
  spki_s256 TEXT PRIMARY KEY, tenant_id TEXT NOT NULL,
  owner_kind TEXT NOT NULL CHECK (owner_kind IN ('credential','agent','application')), owner_id TEXT NOT NULL,
  first_seen INTEGER NOT NULL, tag BLOB) STRICT;

-- slots and credentials outlive their principal: they are the history of it, and no foreign key holds it back
CREATE TABLE credential_slots (
  id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, principal_id TEXT NOT NULL,
  principal_name TEXT NOT NULL, agent_id TEXT NOT NULL REFERENCES agents(id),
  holder TEXT NOT NULL CHECK (holder IN ('agent','server','external')),
  state TEXT NOT NULL CHECK (state IN ('open','closed')), group_id TEXT, instance_kind TEXT,
  active_credential_id TEXT, prepared_credential_id TEXT, jitter REAL NOT NULL,
  first_cycle INTEGER NOT NULL CHECK (first_cycle IN (0,1)), due_after INTEGER, rotate_after INTEGER,
  failures INTEGER NOT NULL,
  version INTEGER NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL) STRICT;
CREATE UNIQUE INDEX credential_slots_open ON credential_slots(principal_id, agent_id) WHERE state = 'open';
CREATE INDEX credential_slots_principal ON credential_slots(principal_id, agent_id);
CREATE INDEX credential_slots_due ON credential_slots(rotate_after) WHERE state = 'open';
CREATE INDEX credential_slots_group ON credential_slots(group_id, id) WHERE state = 'open';
CREATE INDEX credential_slots_kind ON credential_slots(instance_kind, id) WHERE state = 'open';
CREATE INDEX credential_slots_held ON credential_slots(tenant_id, due_after) WHERE state = 'open' AND due_after < rotate_after;
CREATE INDEX credential_slots_failing ON credential_slots(tenant_id, id) WHERE state = 'open' AND failures > 0;
CREATE INDEX credential_slots_upcoming ON credential_slots(tenant_id, coalesce(rotate_after, 8640000000000000), id) WHERE state = 'open';
CREATE INDEX credential_slots_name ON credential_slots(tenant_id, principal_name COLLATE NOCASE) WHERE state = 'open';
CREATE INDEX credential_slots_agent ON credential_slots(agent_id, principal_id);

-- the last act that took tokens from each principal, and which agents have said that they gave them up
CREATE TABLE withdrawals (
  principal_id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL,
  act TEXT NOT NULL CHECK (act IN ('pause','revoke','delete','detach')),
  at INTEGER NOT NULL, correlation_id TEXT NOT NULL, group_id TEXT) STRICT;
CREATE INDEX withdrawals_act ON withdrawals(correlation_id, principal_id);
CREATE INDEX withdrawals_group ON withdrawals(group_id, at) WHERE group_id IS NOT NULL;
CREATE TABLE withdrawal_agents (
  principal_id TEXT NOT NULL REFERENCES withdrawals(principal_id), agent_id TEXT NOT NULL,
  wanted TEXT NOT NULL CHECK (wanted IN ('dropped','wiped')), version INTEGER NOT NULL, confirmed_at INTEGER,
  PRIMARY KEY (principal_id, agent_id)) STRICT;
CREATE INDEX withdrawal_agents_waiting ON withdrawal_agents(agent_id) WHERE confirmed_at IS NULL;

-- those that operators registered (key_location 'external') have neither slot, run nor CA of ours: nothing rolls them
CREATE TABLE credentials (
  id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, slot_id TEXT REFERENCES credential_slots(id),
  principal_id TEXT NOT NULL, serial TEXT NOT NULL, x5t TEXT NOT NULL,
  x5t_s256 TEXT NOT NULL, spki_s256 TEXT NOT NULL, cert_der BLOB NOT NULL,
  key_alg TEXT NOT NULL CHECK (key_alg IN ('rsa2048','rsa3072','rsa4096','p256')),
  key_location TEXT NOT NULL CHECK (key_location IN ('agent','server','external','hsm')),
  ca_id TEXT REFERENCES certificate_authorities(id), long_assertions INTEGER NOT NULL CHECK (long_assertions IN (0,1)),
  not_before INTEGER NOT NULL, not_after INTEGER NOT NULL, usable_until INTEGER,
  state TEXT NOT NULL CHECK (state IN ('prepared','active','retiring','retired','revoked')),
  run_id TEXT, activated_at INTEGER, revoked_at INTEGER, first_used_at INTEGER, last_used_at INTEGER,
  principal_name TEXT NOT NULL, instance_id TEXT, instance_name TEXT, cause TEXT,
  actor_kind TEXT NOT NULL, actor_id TEXT, actor_label TEXT NOT NULL,
  delivered_at INTEGER, acknowledged_at INTEGER, ack_agent_id TEXT, ack_agent_name TEXT, ack_agent_version TEXT,
  superseded_at INTEGER, retired_at INTEGER, revoke_reason TEXT,
  version INTEGER NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, tag BLOB,
  CHECK (key_location = 'external' OR (slot_id IS NOT NULL AND run_id IS NOT NULL AND ca_id IS NOT NULL))) STRICT;
CREATE UNIQUE INDEX credentials_x5t_s256 ON credentials(x5t_s256);
CREATE INDEX credentials_x5t ON credentials(x5t);
CREATE UNIQUE INDEX credentials_serial ON credentials(ca_id, serial);
CREATE UNIQUE INDEX credentials_active ON credentials(slot_id) WHERE state = 'active';
CREATE UNIQUE INDEX credentials_prepared ON credentials(slot_id) WHERE state = 'prepared';
CREATE INDEX credentials_key ON credentials(slot_id, spki_s256);
CREATE INDEX credentials_history ON credentials(principal_id, id);
CREATE INDEX credentials_usable ON credentials(principal_id) WHERE state IN ('prepared','active','retiring');
CREATE INDEX credentials_external ON credentials(not_after) WHERE key_location = 'external' AND state = 'active';
CREATE INDEX credentials_urgent ON credentials(tenant_id, not_after - (not_after - not_before) / 5) WHERE state = 'active' AND slot_id IS NOT NULL;
CREATE INDEX credentials_expiry ON credentials(not_after) WHERE state IN ('prepared','active','retiring');

CREATE TABLE rotation_runs (
  id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, slot_id TEXT NOT NULL REFERENCES credential_slots(id),
  principal_id TEXT NOT NULL, principal_name TEXT NOT NULL,
  trigger TEXT NOT NULL CHECK (trigger IN ('schedule','expiring','enable','manual','emergency','policy','reenroll')),
  actor_kind TEXT NOT NULL, actor_id TEXT, actor_label TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('requested','prepared','activated','completed','failed','cancelled','rolled_back')),
  lane INTEGER NOT NULL, from_credential_id TEXT, to_credential_id TEXT, attempt INTEGER NOT NULL,
  overlap_s INTEGER, due_at INTEGER NOT NULL, lease_owner TEXT, fence INTEGER NOT NULL, error_code TEXT, error_detail TEXT,
  prepared_at INTEGER, activated_at INTEGER, finished_at INTEGER,
  version INTEGER NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL) STRICT;
CREATE UNIQUE INDEX rotation_runs_open ON rotation_runs(slot_id) WHERE finished_at IS NULL;
CREATE INDEX rotation_runs_queue ON rotation_runs(tenant_id, id) WHERE finished_at IS NULL;
CREATE INDEX rotation_runs_claim ON rotation_runs(lane, due_at) WHERE finished_at IS NULL;
CREATE INDEX rotation_runs_waiting ON rotation_runs(tenant_id, attempt) WHERE finished_at IS NULL AND state IN ('requested','prepared');
CREATE INDEX rotation_runs_history ON rotation_runs(tenant_id, id);
CREATE INDEX rotation_runs_principal ON rotation_runs(principal_id, id);
CREATE INDEX rotation_runs_state ON rotation_runs(tenant_id, state, id);
CREATE INDEX rotation_runs_name ON rotation_runs(tenant_id, principal_name COLLATE NOCASE, id);
CREATE INDEX rotation_runs_from ON rotation_runs(from_credential_id);
CREATE INDEX rotation_runs_to ON rotation_runs(to_credential_id);

-- how many rotations took effect on each day since 1970 (UTC), and how many are planned for it
CREATE TABLE rotation_days (
  tenant_id TEXT NOT NULL, day INTEGER NOT NULL, done INTEGER NOT NULL, planned INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, day)) STRICT, WITHOUT ROWID;
CREATE TRIGGER rotation_runs_insert AFTER INSERT ON rotation_runs WHEN new.activated_at IS NOT NULL BEGIN
  INSERT INTO rotation_days VALUES (new.tenant_id, new.activated_at / 86400000, 1, 0) ON CONFLICT DO UPDATE SET done = done + 1;
END;
CREATE TRIGGER rotation_runs_activation AFTER UPDATE OF activated_at ON rotation_runs
  WHEN old.activated_at IS NULL AND new.activated_at IS NOT NULL BEGIN
  INSERT INTO rotation_days VALUES (new.tenant_id, new.activated_at / 86400000, 1, 0) ON CONFLICT DO UPDATE SET done = done + 1;
END;
CREATE TRIGGER credential_slots_insert AFTER INSERT ON credential_slots
  WHEN new.state = 'open' AND new.rotate_after IS NOT NULL BEGIN
  INSERT INTO rotation_days VALUES (new.tenant_id, new.rotate_after / 86400000, 0, 1) ON CONFLICT DO UPDATE SET planned = planned + 1;
END;
CREATE TRIGGER credential_slots_unplanned AFTER UPDATE OF rotate_after, state ON credential_slots
  WHEN old.state = 'open' AND old.rotate_after IS NOT NULL
  AND (new.state <> 'open' OR new.rotate_after IS NOT old.rotate_after) BEGIN
  UPDATE rotation_days SET planned = planned - 1 WHERE tenant_id = old.tenant_id AND day = old.rotate_after / 86400000;
END;
CREATE TRIGGER credential_slots_planned AFTER UPDATE OF rotate_after, state ON credential_slots
  WHEN new.state = 'open' AND new.rotate_after IS NOT NULL
  AND (old.state <> 'open' OR new.rotate_after IS NOT old.rotate_after) BEGIN
  INSERT INTO rotation_days VALUES (new.tenant_id, new.rotate_after / 86400000, 0, 1) ON CONFLICT DO UPDATE SET planned = planned + 1;
END;

CREATE TABLE rotation_attempts (
  id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, run_id TEXT NOT NULL REFERENCES rotation_runs(id),
  attempt INTEGER NOT NULL, fence INTEGER NOT NULL, from_state TEXT, to_state TEXT,
  outcome TEXT NOT NULL CHECK (outcome IN ('ok','error','lost_lease')),
  actor_kind TEXT NOT NULL, actor_id TEXT, actor_label TEXT NOT NULL,
  started_at INTEGER NOT NULL, ended_at INTEGER NOT NULL, error_code TEXT, detail TEXT) STRICT;
CREATE INDEX rotation_attempts_run ON rotation_attempts(run_id, id);

CREATE TABLE bulk_jobs (
  id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL,
  list TEXT NOT NULL CHECK (list IN ('instances','identities','applications','audiences')), kind TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('selecting','running','paused','cancelled','finished')),
  q TEXT, undo_of TEXT REFERENCES bulk_jobs(id), tags TEXT, identity_id TEXT, reason TEXT,
  actor_kind TEXT NOT NULL, actor_id TEXT, actor_label TEXT NOT NULL, actor_ip TEXT, correlation_id TEXT NOT NULL,
  cursor TEXT, selected INTEGER NOT NULL CHECK (selected IN (0,1)),
  total INTEGER NOT NULL, changed INTEGER NOT NULL, already INTEGER NOT NULL, refused INTEGER NOT NULL, failed INTEGER NOT NULL,
  due_at INTEGER NOT NULL, lease_owner TEXT, fence INTEGER NOT NULL, finished_at INTEGER,
  version INTEGER NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL) STRICT;
CREATE INDEX bulk_jobs_claim ON bulk_jobs(due_at) WHERE finished_at IS NULL;
CREATE INDEX bulk_jobs_history ON bulk_jobs(tenant_id, id);
CREATE UNIQUE INDEX bulk_jobs_undo ON bulk_jobs(undo_of) WHERE undo_of IS NOT NULL AND state <> 'cancelled';

CREATE TABLE bulk_items (
  job_id TEXT NOT NULL REFERENCES bulk_jobs(id), position INTEGER NOT NULL, item_id TEXT NOT NULL, input TEXT,
  state TEXT NOT NULL CHECK (state IN ('waiting','changed','already','refused','failed')),
  detail TEXT, undo TEXT, done_at INTEGER, PRIMARY KEY (job_id, position)) STRICT;
CREATE UNIQUE INDEX bulk_items_once ON bulk_items(job_id, item_id);
CREATE INDEX bulk_items_state ON bulk_items(job_id, state, position);

CREATE TABLE signing_keys (
  kid TEXT PRIMARY KEY, issuer_scope TEXT NOT NULL, alg TEXT NOT NULL CHECK (alg IN ('RS256')),
  state TEXT NOT NULL CHECK (state IN ('prepared','active','retiring','retired','revoked')),
  public_jwk TEXT NOT NULL, cert_der BLOB NOT NULL, private_enc BLOB NOT NULL,
  activate_at INTEGER NOT NULL, retiring_at INTEGER, retire_at INTEGER, held INTEGER NOT NULL CHECK (held IN (0,1)),
  version INTEGER NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, tag BLOB) STRICT;
CREATE UNIQUE INDEX signing_keys_active ON signing_keys(issuer_scope) WHERE state = 'active';
CREATE UNIQUE INDEX signing_keys_prepared ON signing_keys(issuer_scope) WHERE state = 'prepared';

CREATE TABLE data_keys (
  id TEXT PRIMARY KEY, purpose TEXT NOT NULL, wrapped BLOB NOT NULL, root_key_ref TEXT NOT NULL, recovery_wrapped BLOB,
  state TEXT NOT NULL CHECK (state IN ('active','decrypt_only','destroyed')), created_at INTEGER NOT NULL) STRICT;
CREATE UNIQUE INDEX data_keys_active ON data_keys(purpose) WHERE state = 'active';

CREATE TABLE recovery_sets (
  id TEXT PRIMARY KEY, shares INTEGER NOT NULL, threshold INTEGER NOT NULL, wrapped BLOB NOT NULL,
  created_at INTEGER NOT NULL) STRICT;

CREATE TABLE resource_apps (
  id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, app_id TEXT NOT NULL, identifier_uri TEXT NOT NULL,
  uri_key TEXT NOT NULL, display_name TEXT NOT NULL, token_version INTEGER NOT NULL CHECK (token_version IN (1,2)),
  token_ttl_s INTEGER, builtin INTEGER NOT NULL CHECK (builtin IN (0,1)),
  assignment_required INTEGER NOT NULL CHECK (assignment_required IN (0,1)),
  client_capabilities INTEGER NOT NULL CHECK (client_capabilities IN (0,1)), app_roles TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('enabled','disabled')),
  version INTEGER NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, tag BLOB) STRICT;
CREATE UNIQUE INDEX resource_apps_uri ON resource_apps(uri_key);
CREATE UNIQUE INDEX resource_apps_app ON resource_apps(app_id) WHERE builtin = 0;

CREATE TABLE app_role_assignments (
  id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, principal_id TEXT NOT NULL, resource_id TEXT NOT NULL REFERENCES resource_apps(id),
  role_value TEXT NOT NULL, created_at INTEGER NOT NULL, tag BLOB) STRICT;
CREATE UNIQUE INDEX app_role_assignments_once ON app_role_assignments(principal_id, resource_id, role_value);
CREATE INDEX app_role_assignments_resource ON app_role_assignments(resource_id, id);

CREATE TABLE revoked_tokens (
  uti TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, principal_id TEXT NOT NULL, expires_at INTEGER NOT NULL,
  revoked_at INTEGER NOT NULL, tag BLOB) STRICT;
CREATE INDEX revoked_tokens_expiry ON revoked_tokens(expires_at);

CREATE TABLE join_tokens (
  id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, token_sha256 TEXT NOT NULL,
  instance_id TEXT NOT NULL REFERENCES service_instances(id), max_uses INTEGER NOT NULL, uses INTEGER NOT NULL,
  expires_at INTEGER NOT NULL, created_by TEXT NOT NULL,
  version INTEGER NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, tag BLOB) STRICT;
CREATE UNIQUE INDEX join_tokens_hash ON join_tokens(token_sha256);

CREATE TABLE join_token_uses (
  token_id TEXT NOT NULL REFERENCES join_tokens(id), spki_s256 TEXT NOT NULL, agent_id TEXT NOT NULL,
  cert_der BLOB NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (token_id, spki_s256)) STRICT;

CREATE TABLE operators (
  id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, username_key TEXT NOT NULL, display_name TEXT NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('viewer','auditor','operator','developer','admin')),
  state TEXT NOT NULL CHECK (state IN ('active','disabled')),
  version INTEGER NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, tag BLOB) STRICT;
CREATE UNIQUE INDEX operators_username ON operators(username_key);

CREATE TABLE one_time_codes (
  code_sha256 TEXT PRIMARY KEY, purpose TEXT NOT NULL CHECK (purpose IN ('setup','sign_in')),
  operator_id TEXT REFERENCES operators(id), expires_at INTEGER NOT NULL, spent_at INTEGER,
  created_at INTEGER NOT NULL) STRICT;

CREATE TABLE operator_sessions (
  id_sha256 TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, operator_id TEXT NOT NULL REFERENCES operators(id),
  idle_expires_at INTEGER NOT NULL, absolute_expires_at INTEGER NOT NULL, last_seen_at INTEGER NOT NULL,
  step_up_at INTEGER, ip TEXT, user_agent TEXT NOT NULL, revoked_at INTEGER, created_at INTEGER NOT NULL) STRICT;
CREATE INDEX operator_sessions_operator ON operator_sessions(operator_id);
CREATE INDEX operator_sessions_expiry ON operator_sessions(absolute_expires_at);

CREATE TABLE failure_counters (
  scope TEXT NOT NULL, key TEXT NOT NULL, failures INTEGER NOT NULL, last_at INTEGER NOT NULL,
  PRIMARY KEY (scope, key)) STRICT;
CREATE INDEX failure_counters_age ON failure_counters(scope, last_at);

CREATE TABLE audit_events (
  id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, at INTEGER NOT NULL, actor_kind TEXT NOT NULL, actor_id TEXT,
  actor_label TEXT NOT NULL, actor_ip TEXT, action TEXT NOT NULL, target_kind TEXT, target_id TEXT, target_label TEXT,
  outcome TEXT NOT NULL CHECK (outcome IN ('ok','refused','failed')), reason TEXT, correlation_id TEXT NOT NULL,
  before TEXT, after TEXT) STRICT;
CREATE INDEX audit_events_review ON audit_events(tenant_id, id, at, outcome);
CREATE INDEX audit_events_target ON audit_events(tenant_id, target_id COLLATE NOCASE, id);
CREATE INDEX audit_events_label ON audit_events(tenant_id, target_label COLLATE NOCASE, id);
CREATE INDEX audit_events_actor ON audit_events(tenant_id, actor_id COLLATE NOCASE, id);
CREATE INDEX audit_events_actor_label ON audit_events(tenant_id, actor_label COLLATE NOCASE, id);
CREATE INDEX audit_events_actor_kind ON audit_events(tenant_id, actor_kind, id);
CREATE INDEX audit_events_ip ON audit_events(tenant_id, actor_ip COLLATE NOCASE, id) WHERE actor_ip IS NOT NULL;
CREATE INDEX audit_events_reason ON audit_events(tenant_id, reason COLLATE NOCASE, id) WHERE reason IS NOT NULL;
CREATE INDEX audit_events_correlation ON audit_events(tenant_id, correlation_id COLLATE NOCASE, id);
CREATE INDEX audit_events_action ON audit_events(tenant_id, action, id);
CREATE INDEX audit_events_outcome ON audit_events(tenant_id, outcome, id) WHERE outcome <> 'ok';
-- every name and reason that events have, each once: a bare word is looked up here before any event is
CREATE TABLE audit_texts (
  field TEXT NOT NULL CHECK (field IN ('target','actor','reason')), text TEXT NOT NULL COLLATE NOCASE,
  PRIMARY KEY (field, text)) STRICT, WITHOUT ROWID;
CREATE TRIGGER audit_events_insert AFTER INSERT ON audit_events BEGIN
  INSERT OR IGNORE INTO audit_texts -- where there is none, that row is left out
    VALUES ('target', new.target_label), ('actor', new.actor_label), ('reason', new.reason);
END;
CREATE TRIGGER audit_events_no_update BEFORE UPDATE ON audit_events BEGIN SELECT RAISE(ABORT, 'audit events are insert only'); END;
CREATE TRIGGER audit_events_no_delete BEFORE DELETE ON audit_events BEGIN SELECT RAISE(ABORT, 'audit events are insert only'); END;

CREATE TABLE idempotency_keys (
  tenant_id TEXT NOT NULL, key_sha256 TEXT NOT NULL, request_sha256 TEXT NOT NULL,
  effective INTEGER NOT NULL CHECK (effective IN (0,1)), status INTEGER, response TEXT,
  created_at INTEGER NOT NULL, expires_at INTEGER NOT NULL, PRIMARY KEY (tenant_id, key_sha256)) STRICT;
CREATE INDEX idempotency_keys_expiry ON idempotency_keys(expires_at);

CREATE TABLE token_traces (
  id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, at INTEGER NOT NULL, actor_label TEXT NOT NULL,
  instance_id TEXT NOT NULL, instance_name TEXT NOT NULL, resource TEXT NOT NULL, dialect TEXT NOT NULL,
  outcome TEXT NOT NULL CHECK (outcome IN ('ok','failed')), code TEXT, duration_ms REAL NOT NULL,
  result TEXT NOT NULL) STRICT;
CREATE INDEX token_traces_recent ON token_traces(tenant_id, at, id);
CREATE INDEX token_traces_instance ON token_traces(instance_id, at, id);

CREATE TABLE change_events (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, entity_id TEXT NOT NULL,
  at INTEGER NOT NULL) STRICT;
CREATE INDEX change_events_at ON change_events(at);

CREATE TABLE saved_views (
  id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, list TEXT NOT NULL
    CHECK (list IN ('instances','identities','applications','audiences','audit','rotations','certificates','usage')),
  owner_id TEXT NOT NULL, shared INTEGER NOT NULL CHECK (shared IN (0,1)), name TEXT NOT NULL, name_key TEXT NOT NULL,
  filter TEXT NOT NULL, sort TEXT NOT NULL, columns TEXT NOT NULL, time TEXT NOT NULL,
  version INTEGER NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL) STRICT;
CREATE UNIQUE INDEX saved_views_name ON saved_views(tenant_id, list, owner_id, name_key);
CREATE INDEX saved_views_shared ON saved_views(tenant_id, list, name_key) WHERE shared = 1;

CREATE TABLE cluster_settings (
  key TEXT PRIMARY KEY, value TEXT NOT NULL, version INTEGER NOT NULL, updated_at INTEGER NOT NULL, tag BLOB) STRICT;
${instanceList}${history}${rollouts}${alerts}${rotationPolicies}${drills}${authorization}${vault}`
