import { z } from 'zod'
import { AudienceId, ObjectId } from '../vocabulary/identifiers.ts'
import { Instant } from '../vocabulary/time.ts'
import { route } from './contract.ts'
import { exportsOf, FilterText, listOf, sortingOf, ValueCounts } from './lists.ts'
import { PageQuery, pageOf } from './paging.ts'
import { Reason } from './resources.ts'

/** Seconds, 10 minutes to 24 hours. The identity's own wins over the audience's, and that over the deployment's. */
export const TokenLifetime = z.int().min(600).max(86_400)

/**
 * Identifier of a resource, matched character by character but for slashes at its end (SEC-82): an absolute URI without
 * query and fragment, or a GUID.
 */
export const AudienceUri = z
  .string()
  .trim()
  .min(3)
  .max(400)
  .regex(
    /^(?:(?:https?|api):\/\/[\x21\x24-\x3b\x3d\x40-\x5b\x5d\x5f\x61-\x7a\x7e]+|urn:[\x21\x24-\x3b\x3d\x40-\x5b\x5d\x5f\x61-\x7a\x7e]+|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/,
    'https://…, http://…, api://…, urn:… without ? # " < > \\ ^ ` { | }, or a GUID in lower case',
  )
  .refine((uri) => !uri.endsWith('/.default'), 'this is a scope: leave /.default out')

/** Stands in the `roles` claim. */
const AppRoleValue = z
  .string()
  .trim()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._:/-]{0,119}$/, 'letters, digits, . _ : / - (1 to 120)')

/**
 * Who has this app role of an audience is told by introspection (RFC 7662) whether tokens for it are good. Whoever the audience
 * `api://{client ID}` is named after is told of its tokens without it.
 */
export const introspectRole = 'Token.Introspect'

/** What a principal can be allowed at a resource; the resource decides what it means. */
export const AppRole = z.strictObject({ value: AppRoleValue, description: z.string().trim().max(200).default('') })
export type AppRole = z.infer<typeof AppRole>

const AppRoles = z
  .array(AppRole)
  .max(100)
  .refine((roles) => new Set(roles.map(({ value }) => value)).size === roles.length, 'a role is listed twice')

/** A service that tokens are issued for. */
export const Audience = z.object({
  id: AudienceId,
  /** `aud` of tokens of version 2; can be asked for in the place of the URI. */
  appId: z.guid(),
  uri: z.string(),
  name: z.string(),
  tokenVersion: z.literal([1, 2]),
  lifetimeSeconds: TokenLifetime.nullable(),
  /** Comes with Signet: only lifetime, roles and whether an assignment is required can be changed. */
  builtIn: z.boolean(),
  enabled: z.boolean(),
  /** Whether only principals with a role get a token. */
  assignmentRequired: z.boolean(),
  /** Whether its tokens say in `xms_cc` what the client declared it can handle. */
  clientCapabilities: z.boolean(),
  roles: z.array(AppRole),
  /** How many role assignments there are. */
  assignments: z.int(),
  version: z.int(),
  createdAt: Instant,
})
export type Audience = z.infer<typeof Audience>

/** A principal that has an app role of an audience. */
export const RoleAssignment = z.object({
  id: z.guid(),
  principal: z.object({ principalId: ObjectId, name: z.string(), kind: z.enum(['system', 'user', 'app']) }),
  role: z.string(),
  createdAt: Instant,
})
export type RoleAssignment = z.infer<typeof RoleAssignment>

export const AudienceSort = sortingOf(['uri', 'name', 'enabled', 'token-version', 'created'])
export type AudienceSort = z.infer<typeof AudienceSort>
const sort = AudienceSort.default('uri')

/** How many have each value of a field. */
export const AudienceFacets = z.object({
  enabled: ValueCounts,
  'built-in': ValueCounts,
  'assignment-required': ValueCounts,
  'token-version': ValueCounts,
})
export type AudienceFacets = z.infer<typeof AudienceFacets>

export const AudienceList = listOf(Audience)
export type AudienceList = z.infer<typeof AudienceList>

const Name = z
  .string()
  .trim()
  .min(1)
  .max(100)
  .regex(/^[^\p{Cc}\p{Cf}]*$/u, 'no control characters')

const params = z.object({ audienceId: AudienceId })
const because = z.strictObject({ reason: Reason })
const written = { access: 'audiences.write', params, response: Audience, ifMatch: true } as const

export const audiencesApi = {
  list: route({
    method: 'GET',
    path: '/audiences',
    summary: 'Registered audiences by filter, sorted',
    access: 'instances.read',
    query: PageQuery.extend({ filter: FilterText, sort }),
    response: AudienceList,
  }),
  facets: route({
    method: 'GET',
    path: '/audiences/facets',
    summary: 'How many audiences have each value that the filter offers',
    access: 'instances.read',
    response: AudienceFacets,
  }),
  ...exportsOf('/audiences', 'audiences', sort),
  register: route({
    method: 'POST',
    path: '/audiences',
    summary: 'Register an audience of one’s own; tokens for it are issued from the answer on',
    access: 'audiences.write',
    body: z.strictObject({
      uri: AudienceUri,
      name: Name,
      tokenVersion: z.literal([1, 2]).default(1),
      lifetimeSeconds: TokenLifetime.nullable().default(null),
      assignmentRequired: z.boolean().default(false),
      clientCapabilities: z.boolean().default(false),
      roles: AppRoles.default([]),
      reason: Reason,
    }),
    response: Audience,
    status: 201,
  }),
  show: route({
    method: 'GET',
    path: '/audiences/:audienceId',
    summary: 'One audience',
    access: 'instances.read',
    params,
    response: Audience,
  }),
  change: route({
    ...written,
    method: 'PUT',
    path: '/audiences/:audienceId',
    summary: 'Change what is given, the rest stays; a role that is assigned cannot be left out',
    body: z.strictObject({
      name: Name.optional(),
      tokenVersion: z.literal([1, 2]).optional(),
      lifetimeSeconds: TokenLifetime.nullable().optional(),
      assignmentRequired: z.boolean().optional(),
      clientCapabilities: z.boolean().optional(),
      roles: AppRoles.optional(),
      reason: Reason,
    }),
  }),
  disable: route({
    ...written,
    method: 'POST',
    path: '/audiences/:audienceId/disable',
    summary: 'Issue no more tokens for it; repeating it changes nothing',
    body: because,
  }),
  enable: route({
    ...written,
    method: 'POST',
    path: '/audiences/:audienceId/enable',
    summary: 'Issue tokens for it again',
    body: because,
  }),
  remove: route({
    method: 'DELETE',
    path: '/audiences/:audienceId',
    summary: 'Remove an audience of one’s own that has no role assignment and no token of the last two days',
    access: 'audiences.write',
    params,
    body: because,
    status: 204,
    ifMatch: true,
  }),
  assignments: route({
    method: 'GET',
    path: '/audiences/:audienceId/assignments',
    summary: 'Who has which role of an audience, oldest first',
    access: 'instances.read',
    params,
    query: PageQuery,
    response: pageOf(RoleAssignment),
  }),
  assign: route({
    method: 'POST',
    path: '/audiences/:audienceId/assignments',
    summary: 'Give a principal a role; repeating it changes nothing',
    access: 'audiences.write',
    params,
    body: z.strictObject({ principalId: ObjectId, role: AppRoleValue, reason: Reason }),
    response: RoleAssignment,
    status: 201,
  }),
  unassign: route({
    method: 'DELETE',
    path: '/audiences/:audienceId/assignments/:assignmentId',
    summary: 'Take a role from a principal; tokens that are out keep it until they expire',
    access: 'audiences.write',
    params: params.extend({ assignmentId: z.guid() }),
    body: because,
    status: 204,
  }),
}
