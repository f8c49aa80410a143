import { z } from 'zod'
import { UserIdentityState } from '../vocabulary/credential-states.ts'
import { AgentId, AudienceId, ClientId, InstanceId, ObjectId, TenantId } from '../vocabulary/identifiers.ts'
import { Instant } from '../vocabulary/time.ts'
import { TokenLifetime } from './audiences.ts'
import { route } from './contract.ts'
import { exportsOf, FilterText, listOf, sortingOf, ValueCounts } from './lists.ts'
import { PageQuery, pageOf } from './paging.ts'
import { CredentialSummary } from './principals.ts'
import { InstanceKind, Reason, TokenHistogram, TokenHistogramQuery, TokenPageQuery, TokenRequest } from './resources.ts'
import { Told } from './revocations.ts'

/** What ARM allows: letters, digits, dash and underscore. */
export const UserIdentityName = z
  .string()
  .trim()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{2,127}$/, 'letters, digits, - _ (3 to 128, begins with a letter or digit)')

/** Names of resource groups compare without regard to case; the first spelling is kept. */
export const ResourceGroupName = z
  .string()
  .trim()
  .regex(/^[\p{L}\p{N}_().-]{0,89}[\p{L}\p{N}_()-]$/u, 'letters, digits, . - _ ( ) (1 to 90, no dot at the end)')

/** An identity that is a resource of its own and can be assigned to many service instances. */
export const UserIdentitySummary = z.object({
  principalId: ObjectId,
  clientId: ClientId,
  name: z.string(),
  resourceGroup: z.string(),
  /** ARM resource ID. */
  resourceId: z.string(),
  state: UserIdentityState,
  /** Service instances it is assigned to; of a deleted one, those that a restore brings back. */
  instances: z.int(),
  lastToken: z.object({ at: Instant, audience: z.string() }).nullable(),
  /** Until when a deleted one can be restored under the same IDs; null while it is not deleted. */
  restorableUntil: Instant.nullable(),
  version: z.int(),
  createdAt: Instant,
})
export type UserIdentitySummary = z.infer<typeof UserIdentitySummary>

/** An app role of an audience that a principal has. */
export const HeldRole = z.object({
  assignmentId: z.guid(),
  audience: z.object({ id: AudienceId, name: z.string(), uri: z.string() }),
  role: z.string(),
})
export type HeldRole = z.infer<typeof HeldRole>

export const UserIdentityDetail = UserIdentitySummary.extend({
  tenantId: TenantId,
  authorityUrl: z.string(),
  /** Agents that hold or await a certificate of it. */
  agents: z.int(),
  /** Certificates that are accepted now. */
  credentials: z.int(),
  federatedCredentials: z.int(),
  roles: z.array(HeldRole),
  /** Its own; null: the audience's, or the deployment's. */
  tokenLifetimeSeconds: TokenLifetime.nullable(),
  /** Tokens issued on this and the six days of UTC before it, the most used audience first. */
  week: z.array(z.object({ audience: z.string(), tokens: z.int() })),
  /** Tokens that are out and have not expired. */
  live: z.object({ tokens: z.int(), until: Instant.nullable() }),
})
export type UserIdentityDetail = z.infer<typeof UserIdentityDetail>

/** How far the agent of an instance is with an identity that is assigned to it. */
export const AssignmentState = z.enum([
  /** The instance has no agent that is trusted. */
  'no-agent',
  /** The agent has no certificate yet. */
  'issuing',
  'in-force',
])
export type AssignmentState = z.infer<typeof AssignmentState>

const Standing = {
  state: AssignmentState,
  assignedAt: Instant,
  /** In use on the agent; instances of one agent share it. */
  credential: CredentialSummary.nullable(),
  nextRotationAt: Instant.nullable(),
}

/** A service instance that an identity is assigned to. */
export const AssignedInstance = z.object({
  ...Standing,
  instance: z.object({ id: InstanceId, name: z.string(), kind: InstanceKind, resourceId: z.string() }),
  agent: z.object({ id: AgentId, connected: z.boolean() }).nullable(),
})
export type AssignedInstance = z.infer<typeof AssignedInstance>

/** A user-assigned identity, seen from a service instance it is assigned to. */
export const AssignedIdentity = z.object({
  ...Standing,
  identity: UserIdentitySummary.pick({
    principalId: true,
    clientId: true,
    name: true,
    resourceGroup: true,
    resourceId: true,
    version: true,
  }).extend({ state: z.enum(['on', 'paused']) }),
})
export type AssignedIdentity = z.infer<typeof AssignedIdentity>

export const ResourceGroup = z.object({ name: z.string(), identities: z.int() })
export type ResourceGroup = z.infer<typeof ResourceGroup>

export const UserIdentitySort = sortingOf(['name', 'group', 'state', 'instances', 'last-token', 'created'])
export type UserIdentitySort = z.infer<typeof UserIdentitySort>
const sort = UserIdentitySort.default('name')

/** How many have each value of a field; deleted ones count for `state` alone. */
export const UserIdentityFacets = z.object({ state: ValueCounts, group: ValueCounts, broad: ValueCounts })
export type UserIdentityFacets = z.infer<typeof UserIdentityFacets>

export const UserIdentityList = listOf(UserIdentitySummary)
export type UserIdentityList = z.infer<typeof UserIdentityList>

const params = z.object({ principalId: ObjectId })
const because = z.strictObject({ reason: Reason })
/** As many as one request names; the audit log has an event for each. */
const instanceIds = z.array(InstanceId).min(1).max(100)
const written = { access: 'identities.write', params, response: UserIdentityDetail } as const
const stopping = { ...written, response: UserIdentityDetail.extend(Told.shape) } as const

export const userIdentitiesApi = {
  list: route({
    method: 'GET',
    path: '/user-identities',
    summary: 'User-assigned identities by filter, sorted; deleted ones only where the filter asks for state:deleted',
    access: 'instances.read',
    query: PageQuery.extend({ filter: FilterText, sort }),
    response: UserIdentityList,
  }),
  facets: route({
    method: 'GET',
    path: '/user-identities/facets',
    summary: 'How many user-assigned identities have each value that the filter offers',
    access: 'instances.read',
    response: UserIdentityFacets,
  }),
  ...exportsOf('/user-identities', 'user-assigned identities', sort),
  create: route({
    method: 'POST',
    path: '/user-identities',
    summary: 'Create a user-assigned identity; its principal exists at once and is assigned to nothing',
    access: 'identities.write',
    body: z.strictObject({
      name: UserIdentityName,
      resourceGroup: ResourceGroupName.default('default'),
      reason: Reason,
    }),
    response: UserIdentityDetail,
    status: 201,
  }),
  show: route({
    method: 'GET',
    path: '/user-identities/:principalId',
    summary: 'One user-assigned identity, with what hangs on it',
    access: 'instances.read',
    params,
    response: UserIdentityDetail,
  }),
  change: route({
    ...written,
    method: 'PUT',
    path: '/user-identities/:principalId',
    summary: 'Rename it or move it to another resource group; its IDs stay, its ARM resource ID does not',
    body: z.strictObject({
      name: UserIdentityName.optional(),
      resourceGroup: ResourceGroupName.optional(),
      reason: Reason,
    }),
    ifMatch: true,
  }),
  instances: route({
    method: 'GET',
    path: '/user-identities/:principalId/instances',
    summary: 'Service instances it is assigned to, with the certificate on the agent of each, by name',
    access: 'instances.read',
    params,
    query: PageQuery,
    response: pageOf(AssignedInstance),
  }),
  attach: route({
    ...written,
    method: 'POST',
    path: '/user-identities/:principalId/attach',
    summary: 'Assign it to service instances; repeating it changes nothing',
    body: z.strictObject({ instanceIds, reason: Reason }),
    ifMatch: true,
  }),
  detach: route({
    ...stopping,
    method: 'POST',
    path: '/user-identities/:principalId/detach',
    summary: 'Take it from service instances; an agent that serves it for no other one loses its certificate at once',
    body: z.strictObject({ instanceIds, reason: Reason }),
    ifMatch: true,
  }),
  pause: route({
    ...stopping,
    method: 'POST',
    path: '/user-identities/:principalId/pause',
    summary: 'Refuse tokens at once and keep everything else; repeating it changes nothing',
    body: because,
    ifMatch: true,
  }),
  resume: route({
    ...written,
    method: 'POST',
    path: '/user-identities/:principalId/resume',
    summary: 'Give out tokens again after a pause',
    body: because,
    ifMatch: true,
  }),
  remove: route({
    ...stopping,
    method: 'DELETE',
    path: '/user-identities/:principalId',
    summary: 'Delete it: refused at once everywhere, restorable for 30 days with what it is assigned to',
    body: because,
    ifMatch: true,
  }),
  restore: route({
    ...written,
    method: 'POST',
    path: '/user-identities/:principalId/restore',
    summary: 'Bring a deleted one back under the same IDs, with its roles and the assignments it had',
    body: because,
    ifMatch: true,
  }),
  ofInstance: route({
    method: 'GET',
    path: '/instances/:instanceId/user-identities',
    summary: 'User-assigned identities of one service instance, by name',
    access: 'instances.read',
    params: z.object({ instanceId: InstanceId }),
    response: z.object({ items: z.array(AssignedIdentity) }),
  }),
  tokens: route({
    method: 'GET',
    path: '/user-identities/:principalId/tokens',
    summary: 'Token requests of one identity, newest first',
    access: 'instances.read',
    params,
    query: TokenPageQuery,
    response: pageOf(TokenRequest),
  }),
  tokenHistogram: route({
    method: 'GET',
    path: '/user-identities/:principalId/tokens/histogram',
    summary: 'Token requests of one identity over time',
    access: 'instances.read',
    params,
    query: TokenHistogramQuery,
    response: TokenHistogram,
  }),
  setLifetime: route({
    method: 'PUT',
    path: '/identities/:principalId/token-lifetime',
    summary: 'How long tokens of an identity of any kind live; null: as their audience or the deployment says',
    access: 'identities.write',
    params,
    body: z.strictObject({ seconds: TokenLifetime.nullable(), reason: Reason }),
    response: z.object({ seconds: TokenLifetime.nullable() }),
  }),
  lifetime: route({
    method: 'GET',
    path: '/identities/:principalId/token-lifetime',
    summary: 'How long tokens of an identity of any kind live, by its own setting',
    access: 'instances.read',
    params,
    response: z.object({ seconds: TokenLifetime.nullable() }),
  }),
  roles: route({
    method: 'GET',
    path: '/identities/:principalId/roles',
    summary: 'App roles that an identity of any kind has',
    access: 'instances.read',
    params,
    response: z.object({ items: z.array(HeldRole) }),
  }),
  groups: route({
    method: 'GET',
    path: '/resource-groups',
    summary: 'Resource groups, by name',
    access: 'instances.read',
    response: z.object({ items: z.array(ResourceGroup) }),
  }),
  createGroup: route({
    method: 'POST',
    path: '/resource-groups',
    summary: 'Create a resource group',
    access: 'identities.write',
    body: z.strictObject({ name: ResourceGroupName }),
    response: ResourceGroup,
    status: 201,
  }),
}
