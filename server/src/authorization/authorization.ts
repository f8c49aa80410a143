import type { AuditLog } from '../audit/index.ts'
import type { Clock } from '../platform/clock.ts'
import type { Database } from '../platform/database/database.ts'
import type { Logger } from '../platform/log.ts'
import type { PrincipalRegistry } from '../principals/index.ts'
import { Access } from './access.ts'
import { RoleAssignments } from './role-assignments.ts'
import { RoleDefinitions } from './role-definitions.ts'

export interface Authorization {
  readonly access: Access
  readonly assignments: RoleAssignments
  readonly definitions: RoleDefinitions
}

/** Reads who has which role, and follows it from then on. */
export async function openAuthorization(parts: {
  database: Database
  audit: AuditLog
  clock: Clock
  tenantId: string
  registry: PrincipalRegistry
  log: Logger
}): Promise<Authorization> {
  const access = await Access.open(parts)
  const base = { ...parts, access }
  return { access, assignments: new RoleAssignments(base), definitions: new RoleDefinitions(base) }
}
