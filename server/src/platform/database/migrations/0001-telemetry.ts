/**
 * The first schema of `telemetry.db`: what the token path writes, apart from the rows that operators change. Every row of
 * it is paid for by a token, hence tables without a rowid, and no index on what changes with each use.
 */
const init = `
CREATE TABLE token_log (
  id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, at INTEGER NOT NULL, principal_id TEXT NOT NULL, client_id TEXT NOT NULL,
  audience TEXT NOT NULL, x5t_s256 TEXT, kid TEXT, exp INTEGER, flow TEXT NOT NULL, outcome TEXT NOT NULL,
  correlation_id TEXT NOT NULL, ip TEXT, reused INTEGER NOT NULL CHECK (reused IN (0,1))) STRICT, WITHOUT ROWID;
CREATE INDEX token_log_principal ON token_log(principal_id, id);
CREATE INDEX token_log_correlation ON token_log(correlation_id);

CREATE TABLE assertion_jti (
  exp_hour INTEGER NOT NULL, client_id TEXT NOT NULL, jti_sha256 BLOB NOT NULL, assertion_sha256 BLOB NOT NULL,
  first_at INTEGER NOT NULL, PRIMARY KEY (exp_hour, client_id, jti_sha256)) STRICT, WITHOUT ROWID;

-- place: 'instance:…', 'agent:…' where an agent serves several instances, 'federated:…', or nothing (ADR-0041)
CREATE TABLE token_usage (
  day INTEGER NOT NULL, principal_id TEXT NOT NULL, audience TEXT NOT NULL, place TEXT NOT NULL, ok_count INTEGER NOT NULL,
  err_count INTEGER NOT NULL, first_at INTEGER NOT NULL, last_at INTEGER NOT NULL,
  PRIMARY KEY (day, principal_id, audience, place)) STRICT, WITHOUT ROWID;
CREATE INDEX token_usage_principal ON token_usage(principal_id, day);
CREATE INDEX token_usage_place ON token_usage(place, day) WHERE place <> '';

CREATE TABLE token_hosts (
  principal_id TEXT NOT NULL, kind TEXT NOT NULL CHECK (kind IN ('agent','address','federated','more')),
  host TEXT NOT NULL, first_at INTEGER NOT NULL, last_at INTEGER NOT NULL, told INTEGER NOT NULL CHECK (told IN (0,1)),
  PRIMARY KEY (principal_id, kind, host)) STRICT, WITHOUT ROWID;
CREATE INDEX token_hosts_untold ON token_hosts(first_at) WHERE told = 0;
CREATE INDEX token_hosts_last ON token_hosts(last_at);

CREATE TABLE token_hours (hour INTEGER PRIMARY KEY, ok_count INTEGER NOT NULL, err_count INTEGER NOT NULL) STRICT;
`

export const telemetryMigrations = [{ version: 1, sql: init }] as const
