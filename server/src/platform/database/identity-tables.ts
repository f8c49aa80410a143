import type { Flag, Versioned } from './columns.ts'

// Tables of `Schema` that hold user-assigned identities and what tokens are for.

export interface ResourceAppsTable extends Versioned {
  id: string
  app_id: string
  identifier_uri: string
  uri_key: string
  display_name: string
  token_version: 1 | 2
  token_ttl_s: number | null
  builtin: Flag
  assignment_required: Flag
  client_capabilities: Flag
  /** JSON array of `AppRole`. */
  app_roles: string
  state: 'enabled' | 'disabled'
}

export interface AppRoleAssignmentsTable {
  id: string
  tenant_id: string
  principal_id: string
  resource_id: string
  role_value: string
  created_at: number
}

/** A token that was taken back before its end. */
export interface RevokedTokensTable {
  uti: string
  tenant_id: string
  principal_id: string
  expires_at: number
  revoked_at: number
}

/** A user-assigned identity as a resource; `id` is the object ID of its principal. */
export interface UserIdentitiesTable extends Versioned {
  id: string
  subscription_id: string
  resource_group_id: string
  name: string
  name_key: string
  group_name: string
  group_key: string
  arm_id: string
  arm_id_key: string
  client_id: string
  state: 'on' | 'paused' | 'deleted'
  /** How many rows of `identity_assignments` it has. */
  instances: number
  /** Start of the hour of the last token; 0 where there was none. */
  token_key: number
  deleted_at: number | null
}

export interface IdentityAssignmentsTable {
  instance_id: string
  principal_id: string
  tenant_id: string
  created_at: number
}

/** What the resource manager keeps of an instance, an identity or a group besides what it is. */
export interface ResourceDetailsTable {
  resource_id: string
  tenant_id: string
  location: string
  /** JSON object: `properties`, `kind` and such, as they were given. */
  envelope: string
  /** JSON object; those of instances are in `resource_tags`. */
  tags: string
}
