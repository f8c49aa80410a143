import type { Schema } from './schema.ts'

/** What of a table its tags vouch for, and what they leave out, each with its reason. */
interface Coverage<Table extends keyof Schema> {
  /** What people call a row by. */
  readonly key: keyof Schema[Table] & string
  /** In this order they are tagged; a row of another order is another row. */
  readonly covered: readonly (keyof Schema[Table] & string)[]
  readonly uncovered: Partial<Record<keyof Schema[Table] & string, string>>
}

const uses = 'written in bulk some seconds after each use; decides nothing'
const reads = 'written with each read; decides nothing, and the audit log has it'
const says = 'what the agent says of itself; believed by nobody (SEC-46)'
const stamps = ['version', 'created_at', 'updated_at'] as const

const tables = {
  principals: {
    key: 'object_id',
    covered: [
      ...(['object_id', 'tenant_id', 'client_id', 'kind', 'display_name', 'name_key', 'owner_instance_id'] as const),
      ...(['arm_id', 'token_ttl_s', 'state', 'deleted_at', 'purge_at', 'suspended_at'] as const),
      ...(['suspended_with', 'tokens_revoked_at', ...stamps] as const),
    ],
    uncovered: { token_key: uses, new_host_key: uses },
  },
  credentials: {
    key: 'id',
    covered: [
      ...(['id', 'tenant_id', 'slot_id', 'principal_id', 'serial', 'x5t', 'x5t_s256', 'spki_s256'] as const),
      ...(['cert_der', 'key_alg', 'key_location', 'ca_id', 'long_assertions', 'not_before', 'not_after'] as const),
      ...(['usable_until', 'state', 'run_id', 'activated_at', 'revoked_at', 'principal_name', 'instance_id'] as const),
      ...(['instance_name', 'cause', 'actor_kind', 'actor_id', 'actor_label', 'delivered_at'] as const),
      ...(['acknowledged_at', 'ack_agent_id', 'ack_agent_name', 'ack_agent_version', 'superseded_at'] as const),
      ...(['retired_at', 'revoke_reason', ...stamps] as const),
    ],
    uncovered: { first_used_at: uses, last_used_at: uses },
  },
  client_secrets: {
    key: 'id',
    covered: [
      ...(['id', 'tenant_id', 'principal_id', 'description', 'secret_sha256', 'hint', 'expires_at'] as const),
      ...stamps,
    ],
    uncovered: { last_used_at: uses },
  },
  federated_credentials: {
    key: 'id',
    covered: [
      ...(['id', 'tenant_id', 'principal_id', 'name', 'name_key', 'issuer', 'match', 'subject', 'audiences'] as const),
      ...(['jwks', 'broad', ...stamps] as const),
    ],
    uncovered: { last_used_at: uses },
  },
  known_keys: {
    key: 'spki_s256',
    covered: ['spki_s256', 'tenant_id', 'owner_kind', 'owner_id', 'first_seen'],
    uncovered: {},
  },
  certificate_authorities: {
    key: 'id',
    covered: [
      ...(['id', 'scope', 'subject', 'cert_der', 'cross_der', 'key_enc', 'state', 'not_before'] as const),
      ...(['not_after', 'leaves_until', ...stamps] as const),
    ],
    uncovered: {},
  },
  signing_keys: {
    key: 'kid',
    covered: [
      ...(['kid', 'issuer_scope', 'alg', 'state', 'public_jwk', 'cert_der', 'private_enc', 'activate_at'] as const),
      ...(['retiring_at', 'retire_at', 'held', ...stamps] as const),
    ],
    uncovered: {},
  },
  resource_apps: {
    key: 'id',
    covered: [
      ...(['id', 'tenant_id', 'app_id', 'identifier_uri', 'uri_key', 'display_name', 'token_version'] as const),
      ...(['token_ttl_s', 'builtin', 'assignment_required', 'client_capabilities', 'app_roles', 'state'] as const),
      ...stamps,
    ],
    uncovered: {},
  },
  app_role_assignments: {
    key: 'id',
    covered: ['id', 'tenant_id', 'principal_id', 'resource_id', 'role_value', 'created_at'],
    uncovered: {},
  },
  role_definitions: {
    key: 'id',
    covered: ['id', 'tenant_id', 'name', 'name_key', 'description', 'permission', 'scopes', ...stamps],
    uncovered: {},
  },
  role_assignments: {
    key: 'id',
    covered: [
      ...(['id', 'tenant_id', 'principal_id', 'role_id', 'scope', 'scope_key', 'description', 'created_by'] as const),
      ...(['created_by_label', 'created_at'] as const),
    ],
    uncovered: { last_used_at: uses },
  },
  revoked_tokens: {
    key: 'uti',
    covered: ['uti', 'tenant_id', 'principal_id', 'expires_at', 'revoked_at'],
    uncovered: {},
  },
  agents: {
    key: 'id',
    covered: [
      ...([
        'id',
        'tenant_id',
        'name',
        'state',
        'generation',
        'cert_x5t_s256',
        'cert_not_after',
        'renew_after',
      ] as const),
      ...(['renew_jitter', 'new_x5t_s256', 'new_not_after', 'renew_request_id', 'new_spki_s256'] as const),
      ...(['new_cert_der', 'revoked_at', 'recover_until', ...stamps] as const),
    ],
    uncovered: {
      ...{ platform: says, agent_version: says, endpoints: says, acked_generation: says, errors: says },
      last_seen_at: 'written with every sign of life; decides nothing that its certificate does not',
    },
  },
  join_tokens: {
    key: 'id',
    covered: [
      ...(['id', 'tenant_id', 'token_sha256', 'instance_id', 'max_uses', 'uses', 'expires_at', 'created_by'] as const),
      ...stamps,
    ],
    uncovered: {},
  },
  operators: {
    key: 'id',
    covered: ['id', 'tenant_id', 'username_key', 'display_name', 'role', 'state', ...stamps],
    uncovered: {},
  },
  webhooks: {
    key: 'id',
    covered: [
      ...(['id', 'tenant_id', 'name', 'url', 'events', 'kinds', 'enabled', 'disabled_because', 'secret_enc'] as const),
      ...(['old_secret_enc', 'old_secret_until', ...stamps] as const),
    ],
    uncovered: {},
  },
  vaults: {
    key: 'id',
    covered: [
      ...(['id', 'tenant_id', 'subscription_id', 'resource_group_id', 'group_name', 'group_key', 'name'] as const),
      ...(['name_key', 'arm_id', 'arm_id_key', 'location', 'tags', 'soft_delete_days', 'purge_protection'] as const),
      ...(['deleted_at', 'purge_at', ...stamps] as const),
    ],
    uncovered: {},
  },
  vault_secrets: {
    key: 'id',
    covered: [
      ...(['id', 'tenant_id', 'vault_id', 'name', 'name_key', 'current_seq', 'deleted_at', 'purge_at'] as const),
      ...stamps,
    ],
    uncovered: { last_read_at: reads, last_reader_kind: reads, last_reader_id: reads, last_reader_label: reads },
  },
  vault_secret_versions: {
    key: 'version_id',
    covered: [
      ...(['secret_id', 'seq', 'version_id', 'content_type', 'tags', 'enabled', 'not_before', 'expires_at'] as const),
      ...(['created_at', 'updated_at'] as const),
    ],
    uncovered: { value_enc: 'sealed for its vault, name and version, and opens nowhere else' },
  },
  cluster_settings: { key: 'key', covered: ['key', 'value', 'version', 'updated_at'], uncovered: {} },
} satisfies { readonly [Table in keyof Schema]?: Coverage<Table> }

export type TaggedTable = keyof typeof tables

/** What of any table its tags vouch for. */
export interface TagCoverage {
  readonly key: string
  readonly covered: readonly string[]
  readonly uncovered: Readonly<Record<string, string>>
}

/**
 * The tables whose rows carry a tag (SEC-64). Each of them has a column `tag`, which is in no type of a row: only
 * `row-tags.ts` writes and reads it.
 */
export const taggedTables: Readonly<Record<TaggedTable, TagCoverage>> = tables
