/** The part of the first schema that says when credentials roll. */
export const rotationPolicies = `
-- target: '' of the default, a kind of instance, the ID of a resource group or of a principal
CREATE TABLE rotation_policies (
  id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL,
  scope TEXT NOT NULL CHECK (scope IN ('default','instances','group','identity')), target TEXT NOT NULL,
  lifetime_s INTEGER NOT NULL, rotate_at REAL NOT NULL, overlap_s INTEGER NOT NULL, jitter REAL NOT NULL,
  key_alg TEXT NOT NULL CHECK (key_alg IN ('rsa2048','p256')), windows TEXT NOT NULL, blackouts TEXT NOT NULL, per_day INTEGER,
  version INTEGER NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL) STRICT;
CREATE UNIQUE INDEX rotation_policies_scope ON rotation_policies(tenant_id, scope, target);

-- how many rotations the schedule has opened on a day (UTC, days since 1970), of policies that limit them
CREATE TABLE rotation_policy_days (
  policy_id TEXT NOT NULL, day INTEGER NOT NULL, opened INTEGER NOT NULL, PRIMARY KEY (policy_id, day)) STRICT, WITHOUT ROWID;

-- policy_id: of a policy, or 'all'
CREATE TABLE rotation_freezes (
  tenant_id TEXT NOT NULL, policy_id TEXT NOT NULL, until INTEGER NOT NULL, reason TEXT NOT NULL,
  actor_kind TEXT NOT NULL, actor_id TEXT, actor_label TEXT NOT NULL, created_at INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, policy_id)) STRICT;

-- slots whose due times have yet to follow a changed policy; after_slot is the last that did
CREATE TABLE rotation_replans (
  tenant_id TEXT NOT NULL, scope TEXT NOT NULL, target TEXT NOT NULL, after_slot TEXT NOT NULL,
  PRIMARY KEY (tenant_id, scope, target)) STRICT;
`
