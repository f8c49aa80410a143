/** The part of the first schema that holds own roles, and who has which role at which scope; built-in roles are code. */
export const authorization = `
CREATE TABLE role_definitions (
  id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, name TEXT NOT NULL, name_key TEXT NOT NULL, description TEXT NOT NULL,
  permission TEXT NOT NULL, scopes TEXT NOT NULL,
  version INTEGER NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, tag BLOB) STRICT;
CREATE UNIQUE INDEX role_definitions_name ON role_definitions(tenant_id, name_key);

CREATE TABLE role_assignments (
  id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, principal_id TEXT NOT NULL, role_id TEXT NOT NULL,
  scope TEXT NOT NULL, scope_key TEXT NOT NULL, description TEXT,
  created_by TEXT, created_by_label TEXT NOT NULL, created_at INTEGER NOT NULL, last_used_at INTEGER,
  tag BLOB) STRICT;
CREATE UNIQUE INDEX role_assignments_same ON role_assignments(principal_id, role_id, scope_key);
CREATE INDEX role_assignments_role ON role_assignments(role_id);
`
