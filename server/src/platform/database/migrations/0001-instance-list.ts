/** The part of the first schema that the list of instances is read from, and the triggers that keep it. */
export const instanceList = `
-- what the list of instances is filtered and sorted by, gathered from four domains (ADR-0009)
CREATE TABLE instance_list (
  seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, tenant_id TEXT NOT NULL, name_key TEXT NOT NULL,
  kind TEXT NOT NULL, state TEXT NOT NULL, principal_id TEXT, client_id TEXT, agent TEXT NOT NULL,
  agent_version TEXT NOT NULL, expires_key INTEGER NOT NULL, rotation_key INTEGER NOT NULL,
  token_key INTEGER NOT NULL, created_at INTEGER NOT NULL, look_at INTEGER NOT NULL) STRICT;
-- with what is filtered by most, so that walking a sorting reads nothing but its index
CREATE INDEX instance_list_name ON instance_list(tenant_id, name_key, id, state, kind, agent);
CREATE INDEX instance_list_state ON instance_list(tenant_id, state, name_key, id);
CREATE INDEX instance_list_kind ON instance_list(tenant_id, kind, name_key, id);
CREATE INDEX instance_list_agent ON instance_list(tenant_id, agent, name_key, id);
CREATE INDEX instance_list_agent_version ON instance_list(tenant_id, agent_version, name_key, id);
CREATE INDEX instance_list_expires ON instance_list(tenant_id, expires_key, id, state, kind, agent, name_key);
CREATE INDEX instance_list_rotation ON instance_list(tenant_id, rotation_key, id, state, kind, agent, name_key);
CREATE INDEX instance_list_token ON instance_list(tenant_id, token_key, id, state, kind, agent, name_key);
CREATE INDEX instance_list_created ON instance_list(tenant_id, created_at, id, state, kind, agent, name_key);
CREATE INDEX instance_list_principal ON instance_list(principal_id);
CREATE INDEX instance_list_client ON instance_list(client_id);
CREATE INDEX instance_list_look ON instance_list(look_at);

CREATE TABLE instance_list_progress (id INTEGER PRIMARY KEY CHECK (id = 1), seq INTEGER NOT NULL) STRICT;
INSERT INTO instance_list_progress VALUES (1, 0);

CREATE TABLE instance_counts (
  tenant_id TEXT NOT NULL, field TEXT NOT NULL, value TEXT NOT NULL, count INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, field, value)) STRICT;

-- what names and tags can be found by, in the order of the names: each three characters of a name, tag:key, tag:key=value
CREATE TABLE instance_terms (
  term TEXT NOT NULL, name_key TEXT NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (term, name_key, seq)) STRICT, WITHOUT ROWID;

CREATE TRIGGER instance_list_insert AFTER INSERT ON instance_list BEGIN
  INSERT INTO instance_terms SELECT DISTINCT substr(new.name_key, i, 3), new.name_key, new.seq FROM
    (WITH RECURSIVE place(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM place WHERE i + 2 < length(new.name_key)) SELECT i FROM place);
  INSERT INTO instance_terms SELECT 'tag:' || tag_key, new.name_key, new.seq FROM resource_tags WHERE resource_id = new.id;
  INSERT INTO instance_terms
    SELECT 'tag:' || tag_key || '=' || tag_value, new.name_key, new.seq FROM resource_tags WHERE resource_id = new.id;
  INSERT INTO instance_counts VALUES (new.tenant_id, 'all', '', 1), (new.tenant_id, 'state', new.state, 1),
    (new.tenant_id, 'kind', new.kind, 1), (new.tenant_id, 'agent', new.agent, 1),
    (new.tenant_id, 'agent-version', new.agent_version, 1)
    ON CONFLICT DO UPDATE SET count = count + 1;
END;
CREATE TRIGGER instance_list_delete AFTER DELETE ON instance_list BEGIN
  DELETE FROM instance_terms WHERE name_key = old.name_key AND seq = old.seq AND term IN
    (WITH RECURSIVE place(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM place WHERE i + 2 < length(old.name_key))
    SELECT substr(old.name_key, i, 3) FROM place UNION ALL
    SELECT 'tag:' || tag_key FROM resource_tags WHERE resource_id = old.id UNION ALL
    SELECT 'tag:' || tag_key || '=' || tag_value FROM resource_tags WHERE resource_id = old.id);
  UPDATE instance_counts SET count = count - 1 WHERE tenant_id = old.tenant_id AND (field, value) IN
    (VALUES ('all', ''), ('state', old.state), ('kind', old.kind), ('agent', old.agent),
    ('agent-version', old.agent_version));
END;
CREATE TRIGGER instance_list_state_change AFTER UPDATE OF state ON instance_list WHEN new.state <> old.state BEGIN
  UPDATE instance_counts SET count = count - 1
    WHERE tenant_id = old.tenant_id AND field = 'state' AND value = old.state;
  INSERT INTO instance_counts VALUES (new.tenant_id, 'state', new.state, 1) ON CONFLICT DO UPDATE SET count = count + 1;
END;
CREATE TRIGGER instance_list_agent_change AFTER UPDATE OF agent ON instance_list WHEN new.agent <> old.agent BEGIN
  UPDATE instance_counts SET count = count - 1
    WHERE tenant_id = old.tenant_id AND field = 'agent' AND value = old.agent;
  INSERT INTO instance_counts VALUES (new.tenant_id, 'agent', new.agent, 1) ON CONFLICT DO UPDATE SET count = count + 1;
END;
CREATE TRIGGER instance_list_version_change AFTER UPDATE OF agent_version ON instance_list
  WHEN new.agent_version <> old.agent_version BEGIN
  UPDATE instance_counts SET count = count - 1
    WHERE tenant_id = old.tenant_id AND field = 'agent-version' AND value = old.agent_version;
  INSERT INTO instance_counts VALUES (new.tenant_id, 'agent-version', new.agent_version, 1)
    ON CONFLICT DO UPDATE SET count = count + 1;
END;
CREATE TRIGGER resource_tags_insert AFTER INSERT ON resource_tags BEGIN
  INSERT INTO instance_terms SELECT term, name_key, seq FROM instance_list,
    (SELECT 'tag:' || new.tag_key AS term UNION ALL SELECT 'tag:' || new.tag_key || '=' || new.tag_value)
    WHERE id = new.resource_id;
  INSERT INTO instance_counts VALUES (new.tenant_id, 'tag', new.tag_key || '=' || new.tag_value, 1)
    ON CONFLICT DO UPDATE SET count = count + 1;
END;
CREATE TRIGGER resource_tags_update AFTER UPDATE OF tag_value ON resource_tags WHEN new.tag_value <> old.tag_value BEGIN
  DELETE FROM instance_terms WHERE term = 'tag:' || old.tag_key || '=' || old.tag_value
    AND (name_key, seq) IN (SELECT name_key, seq FROM instance_list WHERE id = old.resource_id);
  INSERT INTO instance_terms
    SELECT 'tag:' || new.tag_key || '=' || new.tag_value, name_key, seq FROM instance_list WHERE id = new.resource_id;
  UPDATE instance_counts SET count = count - 1
    WHERE tenant_id = old.tenant_id AND field = 'tag' AND value = old.tag_key || '=' || old.tag_value;
  INSERT INTO instance_counts VALUES (new.tenant_id, 'tag', new.tag_key || '=' || new.tag_value, 1)
    ON CONFLICT DO UPDATE SET count = count + 1;
END;
CREATE TRIGGER resource_tags_delete AFTER DELETE ON resource_tags BEGIN
  DELETE FROM instance_terms WHERE term IN ('tag:' || old.tag_key, 'tag:' || old.tag_key || '=' || old.tag_value)
    AND (name_key, seq) IN (SELECT name_key, seq FROM instance_list WHERE id = old.resource_id);
  UPDATE instance_counts SET count = count - 1
    WHERE tenant_id = old.tenant_id AND field = 'tag' AND value = old.tag_key || '=' || old.tag_value;
END;
`
