import type { Versioned } from './columns.ts'

// Tables of `Schema` that hold own roles, and who has which role where.

export interface RoleDefinitionsTable extends Versioned {
  id: string
  name: string
  name_key: string
  description: string
  /** JSON object of the four lists of actions. */
  permission: string
  /** JSON array of scopes. */
  scopes: string
}

export interface RoleAssignmentsTable {
  id: string
  tenant_id: string
  principal_id: string
  role_id: string
  scope: string
  /** Lower case. */
  scope_key: string
  description: string | null
  /** Object ID of a principal, ID of an operator, or null for the console. */
  created_by: string | null
  created_by_label: string
  created_at: number
  /** When a decision last allowed something by it; may lag by a minute. */
  last_used_at: number | null
}
