/**
 * Service instances and their identities: the resource tree, and the toggle that gives an instance a principal or takes
 * it away. It never issues certificates or tokens; it asks principals and rotation for them in its own transaction.
 * Owns the tables `tenants`, `subscriptions`, `resource_groups`, `service_instances`, `resource_tags`,
 * `resource_details`, `user_identities`, `identity_assignments`, and the read model
 * `instance_list` with its counters (ADR-0009).
 */
export { resourceHandlers } from './admin-routes.ts'
export { GroupActs } from './group-acts.ts'
export { type IdentityAct, isLive, type Verdict, verdictOf } from './identity-acts.ts'
export { stuckMs } from './identity-health.ts'
export { type InstanceList, openInstanceList } from './instance-list.ts'
export { type AgentDirectory, InstanceView, type TokenUsage } from './instance-view.ts'
export { ManagedIdentity } from './managed-identity.ts'
export { PrincipalPurge } from './principal-purge.ts'
export type { ResourceDetails } from './resource-details.ts'
export { resourceGroupHandlers } from './resource-group-routes.ts'
export { type ResourceGroup, ResourceGroups } from './resource-groups.ts'
export { inverseOf, type ResourceDefaults, ResourceManager } from './resource-manager.ts'
export { ResourceTree } from './resource-tree.ts'
export type { ServiceInstance } from './service-instance.ts'
export { UserIdentities } from './user-identities.ts'
export type { UserIdentity } from './user-identity.ts'
export { UserIdentityList } from './user-identity-list.ts'
export { userIdentityHandlers } from './user-identity-routes.ts'
export { openUserIdentityView, type UserIdentityView } from './user-identity-view.ts'
