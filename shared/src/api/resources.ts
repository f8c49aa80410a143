import { z } from 'zod'
import { longestQuery } from '../query/query.ts'
import { IdentityState } from '../vocabulary/credential-states.ts'
import { AgentId, ClientId, InstanceId, ObjectId, SlotId, TenantId } from '../vocabulary/identifiers.ts'
import { Instant } from '../vocabulary/time.ts'
import { route } from './contract.ts'
import { ListCount, PageQuery, pageOf } from './paging.ts'
import { CredentialSummary } from './principals.ts'

export const InstanceKind = z.enum(['vm', 'app', 'function', 'container', 'host'])
export type InstanceKind = z.infer<typeof InstanceKind>

/** A local endpoint that the agent of an instance answers on. */
export const LocalEndpoints = z.object({
  /** Base address of the metadata endpoint, without a trailing slash. */
  imdsUrl: z.string(),
  /** App Service style endpoint; its header secret stays on the instance. */
  identityEndpoint: z.string(),
  /** File on the instance with the shell lines that carry the secret. */
  environmentFile: z.string(),
})
export type LocalEndpoints = z.infer<typeof LocalEndpoints>

/** What an agent says goes wrong on its instance. Its words are untrusted. */
export const AgentError = z.object({
  slotId: SlotId,
  /** A code of the catalogue, unless the agent says otherwise. */
  code: z.string(),
  detail: z.string(),
  /** When it was first reported. */
  at: Instant,
})
export type AgentError = z.infer<typeof AgentError>

export const AgentSummary = z.object({
  id: AgentId,
  version: z.string(),
  platform: z.string(),
  connected: z.boolean(),
  lastSeenAt: Instant.nullable(),
  certificateNotAfter: Instant,
  endpoints: LocalEndpoints.nullable(),
  errors: z.array(AgentError),
  /** Generation of the newest state the agent says it has taken in; null before its first report. */
  ackedGeneration: z.int().nullable(),
  /** Generation of the newest state it was sent on its open stream; null when there is none. */
  sentGeneration: z.int().nullable(),
})
export type AgentSummary = z.infer<typeof AgentSummary>

export const InstanceSummary = z.object({
  id: InstanceId,
  name: z.string(),
  kind: InstanceKind,
  /** ARM resource ID. */
  resourceId: z.string(),
  identityState: IdentityState,
  /** Why the identity is where it is, when that needs saying; one sentence. */
  identityReason: z.string().nullable(),
  identity: z.object({ principalId: ObjectId, clientId: ClientId }).nullable(),
  credential: CredentialSummary.nullable(),
  nextRotationAt: Instant.nullable(),
  lastToken: z.object({ at: Instant, audience: z.string() }).nullable(),
  agent: AgentSummary.nullable(),
  version: z.int(),
  createdAt: Instant,
})
export type InstanceSummary = z.infer<typeof InstanceSummary>

export const InstanceDetail = InstanceSummary.extend({
  tenantId: TenantId,
  authorityUrl: z.string(),
})
export type InstanceDetail = z.infer<typeof InstanceDetail>

/** One token request of an identity, as the authority recorded it. */
export const TokenLogEntry = z.object({
  id: z.guid(),
  at: Instant,
  audience: z.string(),
  /** `ok`, or the catalogue code of the refusal. */
  outcome: z.string(),
  x5tS256: z.string().nullable(),
  kid: z.string().nullable(),
  expiresAt: Instant.nullable(),
  ip: z.string().nullable(),
})
export type TokenLogEntry = z.infer<typeof TokenLogEntry>

const sortings = [
  'name',
  'state',
  'kind',
  'agent',
  'agent-version',
  'expires',
  'rotation',
  'last-token',
  'created',
] as const

/** What the list can be sorted by; `-` in front turns it round. Ties are in the order of the IDs. */
const InstanceSortText = z.enum(sortings.flatMap((by) => [by, `-${by}`] as const))
export type InstanceSort = z.infer<typeof InstanceSortText>

export const InstanceSort = Object.assign(InstanceSortText, {
  read(sort: InstanceSort): { by: (typeof sortings)[number]; descending: boolean } {
    const by = sortings.find((each) => sort === each || sort === `-${each}`) ?? 'name'
    return { by, descending: sort.startsWith('-') }
  },
})

/** How many instances have each value of a field. */
const ValueCounts = z.record(z.string(), z.int())
export const InstanceFacets = z.object({
  state: ValueCounts,
  kind: ValueCounts,
  agent: ValueCounts,
  'agent-version': ValueCounts,
  /** By `key=value`. */
  tag: ValueCounts,
})
export type InstanceFacets = z.infer<typeof InstanceFacets>

export const InstanceList = pageOf(InstanceSummary).extend({ count: ListCount.nullable() })
export type InstanceList = z.infer<typeof InstanceList>

const InstanceQuery = z.object({
  /** See `query/terms.ts`. */
  filter: z.string().max(longestQuery).optional(),
  sort: InstanceSortText.default('name'),
})

export const ExportFormat = z.enum(['csv', 'ndjson'])
export type ExportFormat = z.infer<typeof ExportFormat>

const instanceParams = z.object({ instanceId: InstanceId })

/** Letters, digits, dot, dash and underscore: what ARM allows in most resource names. */
export const InstanceName = z
  .string()
  .trim()
  .regex(
    /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9])?$/,
    'letters, digits, . - _ (1 to 64, ends in a letter or digit)',
  )

export const resourcesApi = {
  list: route({
    method: 'GET',
    path: '/instances',
    summary: 'Service instances by filter, sorted; the first page says how many there are',
    access: 'instances.read',
    query: PageQuery.extend(InstanceQuery.shape),
    response: InstanceList,
  }),
  facets: route({
    method: 'GET',
    path: '/instances/facets',
    summary: 'How many service instances have each value that the filter offers',
    access: 'instances.read',
    response: InstanceFacets,
  }),
  export: route({
    method: 'GET',
    path: '/instances/export',
    summary: 'The filtered list as a file; the export is audited',
    access: 'instances.read',
    query: InstanceQuery.extend({ format: ExportFormat }),
    download: true,
  }),
  show: route({
    method: 'GET',
    path: '/instances/:instanceId',
    summary: 'One service instance',
    access: 'instances.read',
    params: instanceParams,
    response: InstanceDetail,
  }),
  register: route({
    method: 'POST',
    path: '/instances',
    summary: 'Register a service instance; its identity is off',
    access: 'instances.write',
    body: z.strictObject({ name: InstanceName, kind: InstanceKind.default('host') }),
    response: InstanceDetail,
    status: 201,
  }),
  setIdentity: route({
    method: 'PUT',
    path: '/instances/:instanceId/identity',
    summary: 'Turn the system-assigned identity on or off; repeating it changes nothing',
    access: 'identities.write',
    params: instanceParams,
    body: z.strictObject({ enabled: z.boolean() }),
    response: InstanceDetail,
  }),
  tokens: route({
    method: 'GET',
    path: '/instances/:instanceId/tokens',
    summary: 'Token requests of the identity of one instance, newest first',
    access: 'instances.read',
    params: instanceParams,
    query: PageQuery,
    response: pageOf(TokenLogEntry),
  }),
}
