import { z } from 'zod'
import { ObjectId } from '../vocabulary/identifiers.ts'
import { Instant } from '../vocabulary/time.ts'
import { Actor } from './actor.ts'
import { route } from './contract.ts'
import { listOf } from './lists.ts'
import { PageQuery, pageOf } from './paging.ts'
import { Reason } from './resources.ts'

/** ARM ID of a subscription, a resource group or a resource, or `/`; compared without regard to case. */
export const ScopePath = z.string().min(1).max(1_024)

/** `Provider/type/verb`, with `*` for any text where a role may have one. */
const Action = z.string().regex(/^[A-Za-z0-9_.*/-]{1,300}$/, 'letters, digits and * . _ - /')
const Actions = z.array(Action).max(200)

/** What a role allows: actions without those left out, and the same of the data in resources. */
export const RolePermission = z.strictObject({
  actions: Actions.default([]),
  notActions: Actions.default([]),
  dataActions: Actions.default([]),
  notDataActions: Actions.default([]),
})
export type RolePermission = z.infer<typeof RolePermission>

/** A built-in role, with the GUID it has in the field, or one of the deployment's own. */
export const RoleDefinition = z.object({
  id: z.guid(),
  name: z.string(),
  description: z.string(),
  builtIn: z.boolean(),
  permission: RolePermission,
  assignableScopes: z.array(z.string()),
  /** How many principals have it somewhere; deleted ones left out. */
  assignments: z.int(),
  version: z.int(),
})
export type RoleDefinition = z.infer<typeof RoleDefinition>

const PrincipalKind = z.enum(['system', 'user', 'app'])
const named = z.object({ id: z.guid(), name: z.string() })

/** A role that a principal has at a scope, and at everything below it. */
export const ScopedAssignment = z.object({
  id: z.guid(),
  principal: z.object({ principalId: ObjectId, name: z.string(), kind: PrincipalKind }),
  role: named,
  scope: z.string(),
  description: z.string().nullable(),
  createdBy: Actor.omit({ kind: true }),
  createdAt: Instant,
  /** When a decision last allowed something by it; null when none ever did. */
  lastUsedAt: Instant.nullable(),
  /** Neither given nor used within the last 90 days. */
  isUnused: z.boolean(),
})
export type ScopedAssignment = z.infer<typeof ScopedAssignment>

/** How long an assignment may go unused before it is called so. */
export const unusedAfterDays = 90

const namedAssignment = z.object({ assignmentId: z.guid(), roleId: z.guid(), roleName: z.string(), scope: z.string() })

/** Why an assignment that was near did not allow it. */
export const NearMiss = namedAssignment.extend({
  /** `excluded`: the role leaves the action out; `other_plane`: it has it for resources and not their data, or conversely. */
  why: z.enum(['other_scope', 'excluded', 'other_plane', 'action_missing']),
})

/** Whether a principal may do something somewhere, and by which assignment or why not. */
export const AccessExplanation = z.object({
  allowed: z.boolean(),
  by: namedAssignment.nullable(),
  reason: z.string(),
  nearMisses: z.array(NearMiss),
  /** Whom it is about; only one that is enabled gets tokens to ask with. */
  principal: z.object({
    principalId: ObjectId,
    name: z.string(),
    kind: PrincipalKind,
    state: z.enum(['enabled', 'suspended', 'deleted']),
  }),
  /** Roles that would allow it and can be given there, the narrowest first; at most five. */
  remedies: z.array(named),
})
export type AccessExplanation = z.infer<typeof AccessExplanation>

/** What giving a role would change, before it is given. */
export const AssignmentPreview = z.object({
  principal: z.object({ principalId: ObjectId, name: z.string(), kind: PrincipalKind }),
  role: RoleDefinition.pick({ id: true, name: true, description: true, permission: true }),
  scope: z.string(),
  /** The principal has this very role at this scope already: giving it again is refused. */
  isSame: z.boolean(),
  /** What of the role the principal may not do there yet; empty when it would gain nothing. */
  adds: RolePermission.pick({ actions: true, dataActions: true }),
})
export type AssignmentPreview = z.infer<typeof AssignmentPreview>

/** What a decision can be asked about. */
export const AccessTerms = z.object({
  /** Scope of the one subscription that there is. */
  subscription: z.string(),
  /** Every action that resource manager or vault asks for. */
  actions: z.array(z.object({ action: z.string(), isData: z.boolean() })),
})
export type AccessTerms = z.infer<typeof AccessTerms>

const Name = z
  .string()
  .trim()
  .min(1)
  .max(100)
  .regex(/^[^\p{Cc}\p{Cf}]*$/u, 'no control characters')
const Description = z.string().trim().max(500)
const role = {
  name: Name,
  description: Description.default(''),
  permission: RolePermission,
  assignableScopes: z.array(ScopePath).min(1).max(20),
}
const asked = {
  action: z
    .string()
    .regex(/^[A-Za-z0-9_.-]+(?:\/[A-Za-z0-9_.-]+)+$/, 'an action without wildcards')
    .max(300),
  scope: ScopePath,
  /** Whether it is about data in the resource, such as the value of a secret. */
  data: z.enum(['true', 'false']).default('false'),
}
const roleParams = z.object({ roleId: z.guid() })
const because = z.strictObject({ reason: Reason })

export const authorizationApi = {
  roles: route({
    method: 'GET',
    path: '/roles',
    summary: 'Every role, built-in ones first',
    access: 'instances.read',
    response: z.object({ items: z.array(RoleDefinition) }),
  }),
  createRole: route({
    method: 'POST',
    path: '/roles',
    summary: 'Create a role of one’s own',
    access: 'roles.write',
    body: z.strictObject(role),
    response: RoleDefinition,
    status: 201,
  }),
  role: route({
    method: 'GET',
    path: '/roles/:roleId',
    summary: 'One role',
    access: 'instances.read',
    params: roleParams,
    response: RoleDefinition,
  }),
  changeRole: route({
    method: 'PUT',
    path: '/roles/:roleId',
    summary: 'Put another text in the place of an own role; counts at once for everybody who has it',
    access: 'roles.write',
    params: roleParams,
    body: z.strictObject(role),
    response: RoleDefinition,
    ifMatch: true,
  }),
  removeRole: route({
    method: 'DELETE',
    path: '/roles/:roleId',
    summary: 'Remove an own role that nobody has',
    access: 'roles.write',
    params: roleParams,
    status: 204,
  }),
  assignments: route({
    method: 'GET',
    path: '/role-assignments',
    summary: 'Who has which role at which scope, newest first; those of deleted identities are hidden',
    access: 'instances.read',
    query: PageQuery.extend({
      principalId: ObjectId.optional(),
      roleId: z.guid().optional(),
      /** Those that count at this scope: at it and above it. */
      at: ScopePath.optional(),
      /** Those at this scope and below it. */
      under: ScopePath.optional(),
      /** Those that went unused for 90 days. */
      unused: z.enum(['true', 'false']).optional(),
      /** Those at the subscription or everywhere. */
      broad: z.enum(['true', 'false']).optional(),
    }),
    response: listOf(ScopedAssignment),
  }),
  assignment: route({
    method: 'GET',
    path: '/role-assignments/:assignmentId',
    summary: 'One role assignment',
    access: 'instances.read',
    params: z.object({ assignmentId: z.guid() }),
    response: ScopedAssignment,
  }),
  preview: route({
    method: 'GET',
    path: '/access/preview',
    summary: 'What giving a role would change; refused as giving it would be',
    access: 'roles.write',
    query: z.object({ principalId: ObjectId, roleId: z.guid(), scope: ScopePath }),
    response: AssignmentPreview,
  }),
  terms: route({
    method: 'GET',
    path: '/access/terms',
    summary: 'Which actions can be asked about, and at which subscription',
    access: 'instances.read',
    response: AccessTerms,
  }),
  assign: route({
    method: 'POST',
    path: '/role-assignments',
    summary: 'Give a principal a role at a scope; counts for the next request, with the token that is out already',
    access: 'roles.write',
    body: z.strictObject({
      principalId: ObjectId,
      roleId: z.guid(),
      scope: ScopePath,
      description: Description.optional(),
      reason: Reason,
    }),
    response: ScopedAssignment,
    status: 201,
  }),
  unassign: route({
    method: 'DELETE',
    path: '/role-assignments/:assignmentId',
    summary: 'Take a role away; the next request is refused',
    access: 'roles.write',
    params: z.object({ assignmentId: z.guid() }),
    body: because,
    status: 204,
  }),
  explain: route({
    method: 'GET',
    path: '/access/explanation',
    summary: 'Whether a principal may do something somewhere, and by which assignment or why not',
    access: 'instances.read',
    query: z.object({ principalId: ObjectId, ...asked }),
    response: AccessExplanation,
  }),
  whoCan: route({
    method: 'GET',
    path: '/access/holders',
    summary: 'Every assignment by which somebody may do something somewhere',
    access: 'instances.read',
    query: PageQuery.extend(asked),
    response: pageOf(ScopedAssignment),
  }),
}
