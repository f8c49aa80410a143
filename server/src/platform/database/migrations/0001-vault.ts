/** The part of the first schema that holds vaults and their secrets; values are sealed, one for each version. */
export const vault = `
CREATE TABLE vaults (
  id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, subscription_id TEXT NOT NULL REFERENCES subscriptions(id),
  resource_group_id TEXT NOT NULL REFERENCES resource_groups(id), group_name TEXT NOT NULL, group_key TEXT NOT NULL,
  name TEXT NOT NULL, name_key TEXT NOT NULL, arm_id TEXT NOT NULL, arm_id_key TEXT NOT NULL,
  location TEXT NOT NULL, tags TEXT NOT NULL,
  soft_delete_days INTEGER NOT NULL CHECK (soft_delete_days BETWEEN 7 AND 90),
  purge_protection INTEGER NOT NULL CHECK (purge_protection IN (0,1)),
  deleted_at INTEGER, purge_at INTEGER,
  version INTEGER NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, tag BLOB,
  CHECK ((deleted_at IS NULL) = (purge_at IS NULL))) STRICT;
-- a deleted vault keeps its name until it is purged
CREATE UNIQUE INDEX vaults_name ON vaults(tenant_id, name_key);
CREATE INDEX vaults_group ON vaults(resource_group_id, name_key);
CREATE INDEX vaults_purge ON vaults(purge_at) WHERE purge_at IS NOT NULL;
CREATE TRIGGER vaults_stay_protected BEFORE UPDATE OF purge_protection ON vaults
  WHEN old.purge_protection = 1 AND new.purge_protection = 0
  BEGIN SELECT RAISE(ABORT, 'purge protection stays on'); END;

CREATE TABLE vault_secrets (
  id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, vault_id TEXT NOT NULL REFERENCES vaults(id),
  name TEXT NOT NULL, name_key TEXT NOT NULL, current_seq INTEGER NOT NULL,
  deleted_at INTEGER, purge_at INTEGER,
  last_read_at INTEGER, last_reader_kind TEXT, last_reader_id TEXT, last_reader_label TEXT,
  version INTEGER NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, tag BLOB,
  CHECK ((deleted_at IS NULL) = (purge_at IS NULL))) STRICT;
CREATE UNIQUE INDEX vault_secrets_name ON vault_secrets(vault_id, name_key);
CREATE INDEX vault_secrets_deleted ON vault_secrets(vault_id, name_key) WHERE deleted_at IS NOT NULL;
CREATE INDEX vault_secrets_purge ON vault_secrets(purge_at) WHERE purge_at IS NOT NULL;

-- seq counts the versions of one secret; version_id is what clients see
CREATE TABLE vault_secret_versions (
  secret_id TEXT NOT NULL REFERENCES vault_secrets(id) ON DELETE CASCADE, seq INTEGER NOT NULL,
  version_id TEXT NOT NULL, value_enc BLOB NOT NULL, content_type TEXT, tags TEXT NOT NULL,
  enabled INTEGER NOT NULL CHECK (enabled IN (0,1)), not_before INTEGER, expires_at INTEGER,
  created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, tag BLOB, PRIMARY KEY (secret_id, seq)) STRICT;
CREATE UNIQUE INDEX vault_secret_versions_id ON vault_secret_versions(secret_id, version_id);

-- how often values left a vault and to whom, for as long as the last 24 hours need it; what happened is in the audit log
CREATE TABLE vault_reads (
  vault_id TEXT NOT NULL REFERENCES vaults(id) ON DELETE CASCADE, hour INTEGER NOT NULL, reader TEXT NOT NULL,
  reads INTEGER NOT NULL, PRIMARY KEY (vault_id, hour, reader)) STRICT, WITHOUT ROWID;
`
