/**
 * Who may do what, where: roles, their assignments to principals at scopes, and the decision. It knows scopes as ARM IDs
 * and never what stands there; who asks has been authenticated before.
 * Owns the tables `role_definitions`, `role_assignments`.
 */
export type { Access, AskedAccess, Explanation, RoleAssignment } from './access.ts'
export { authorizationHandlers } from './admin-routes.ts'
export type { AssignmentUses } from './assignment-uses.ts'
export { type Authorization, openAuthorization } from './authorization.ts'
export type { Decision } from './decision.ts'
export type { RoleAssignments } from './role-assignments.ts'
export type { RoleDefinition, RolePermission } from './role-definition.ts'
export type { RoleDefinitions } from './role-definitions.ts'
export { contains, parseScope, type Scope } from './scope.ts'
