import { z } from 'zod'
import { HealthState, IdentityState } from '../vocabulary/credential-states.ts'
import { AgentId, ClientId, InstanceId, ObjectId, SlotId, TenantId } from '../vocabulary/identifiers.ts'
import { Instant, QueryInstant } from '../vocabulary/time.ts'
import { DialectEndpoint, type LocalDialect } from '../wire/agent-protocol.ts'
import { route } from './contract.ts'
import { exportsOf, FilterText, listOf, sortingOf, ValueCounts } from './lists.ts'
import { PageQuery, pageOf } from './paging.ts'
import { CredentialSummary } from './principals.ts'
import { Propagation, Told } from './revocations.ts'

export const InstanceKind = z.enum(['vm', 'app', 'function', 'container', 'host'])
export type InstanceKind = z.infer<typeof InstanceKind>

/** Where the agent of an instance answers: one address for each dialect it serves, all on the instance itself. */
export const LocalEndpoints = z.array(DialectEndpoint)
export type LocalEndpoints = z.infer<typeof LocalEndpoints>

/** Undefined when the agent does not serve the dialect. */
export function endpointIn(endpoints: LocalEndpoints, dialect: LocalDialect): DialectEndpoint | undefined {
  return endpoints.find((each) => each.dialect === dialect)
}

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
  /** No longer trusted, since there may be two of it; the instance needs an agent that is enrolled anew (SEC-42). */
  quarantined: z.boolean(),
  lastSeenAt: Instant.nullable(),
  certificateNotAfter: Instant,
  /** Until then the agent comes back by itself, also past the end of its certificate; after it somebody has to allow it (SEC-44). */
  recoverableUntil: Instant,
  endpoints: LocalEndpoints.nullable(),
  errors: z.array(AgentError),
  /** Generation of the newest state the agent says it has taken in; null before its first report. */
  ackedGeneration: z.int().nullable(),
  /** Generation of the newest state it was sent on its open stream; null when there is none. */
  sentGeneration: z.int().nullable(),
})
export type AgentSummary = z.infer<typeof AgentSummary>

/** The one thing to do about a state; `tab` is the part of the instance's page where it is done. */
export const HealthFix = z.object({
  code: z.enum(['turn_on', 'restore', 'resume', 'enroll_agent', 'check_agent', 'rotate']),
  label: z.string(),
  tab: z.enum(['identity', 'certificates', 'agent']),
})
export type HealthFix = z.infer<typeof HealthFix>

export const IdentityHealth = z.object({
  state: HealthState,
  /** Why it is in this state, in one sentence. */
  reason: z.string(),
  fix: HealthFix.nullable(),
})
export type IdentityHealth = z.infer<typeof IdentityHealth>

/** Names of tags compare without regard to case and are kept in lower case. */
export const TagKey = z
  .string()
  .trim()
  .toLowerCase()
  .regex(/^[a-z0-9][a-z0-9._:/-]{0,99}$/, 'letters, digits, . _ : / - (1 to 100)')
/** Printable, so that nothing hides in it. */
export const TagValue = z
  .string()
  .trim()
  .max(256)
  .regex(/^[^\p{Cc}\p{Cf}]*$/u, 'no control characters')
export const Tags = z.record(TagKey, TagValue)
export type Tags = z.infer<typeof Tags>

/** Tags to set and tags to take away; what is in neither stays. */
export const TagChange = z.strictObject({
  set: Tags.default({}),
  unset: z.array(TagKey).max(50).default([]),
})
export type TagChange = z.infer<typeof TagChange>

/** Why somebody did it; goes to the audit log. */
export const Reason = z.string().trim().max(200).optional()

export const InstanceSummary = z.object({
  id: InstanceId,
  name: z.string(),
  kind: InstanceKind,
  /** ARM resource ID. */
  resourceId: z.string(),
  identityState: IdentityState,
  health: IdentityHealth,
  /** Which steps of turning on are done; null unless it is being turned on. */
  turningOn: z.object({ principal: z.boolean(), certificate: z.boolean(), agent: z.boolean() }).nullable(),
  /** The principal that was turned off last, while it can come back under the same IDs. */
  restorable: z.object({ principalId: ObjectId, until: Instant }).nullable(),
  /** The system-assigned one. */
  identity: z.object({ principalId: ObjectId, clientId: ClientId }).nullable(),
  /** How many user-assigned identities it has. */
  userAssigned: z.int(),
  credential: CredentialSummary.nullable(),
  nextRotationAt: Instant.nullable(),
  lastToken: z.object({ at: Instant, audience: z.string() }).nullable(),
  agent: AgentSummary.nullable(),
  tags: z.record(z.string(), z.string()),
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
  correlationId: z.string(),
})
export type TokenLogEntry = z.infer<typeof TokenLogEntry>

/** A token request as the page of its instance shows it. */
export const TokenRequest = TokenLogEntry.extend({
  /** The test of the token tester that made it, while that is kept. */
  traceId: z.guid().nullable(),
})
export type TokenRequest = z.infer<typeof TokenRequest>

/** Token requests over time; `at` is where a bar begins. */
export const TokenHistogram = z.object({
  bucketMs: z.int(),
  buckets: z.array(z.object({ at: Instant, ok: z.int(), refused: z.int() })),
})
export type TokenHistogram = z.infer<typeof TokenHistogram>

const TokenFilter = z.object({
  /** `refused` is whatever was not given a token. */
  result: z.enum(['ok', 'refused']).optional(),
  audience: z.string().min(1).max(500).optional(),
})

export const InstanceSort = sortingOf([
  'name',
  'state',
  'kind',
  'agent',
  'agent-version',
  'expires',
  'rotation',
  'last-token',
  'created',
])
export type InstanceSort = z.infer<typeof InstanceSort>
const sort = InstanceSort.default('name')

/** Which token requests of an identity. */
export const TokenPageQuery = PageQuery.extend(TokenFilter.shape).extend({
  from: QueryInstant.optional(),
  to: QueryInstant.optional(),
})

export const TokenHistogramQuery = TokenFilter.extend({ from: QueryInstant, to: QueryInstant }).refine(
  ({ from, to }) => from < to,
  { message: 'the end of the range lies before its beginning', path: ['to'] },
)

/** How many instances have each value of a field. */
export const InstanceFacets = z.object({
  state: ValueCounts,
  kind: ValueCounts,
  agent: ValueCounts,
  'agent-version': ValueCounts,
  /** By `key=value`. */
  tag: ValueCounts,
})
export type InstanceFacets = z.infer<typeof InstanceFacets>

export const InstanceList = listOf(InstanceSummary)
export type InstanceList = z.infer<typeof InstanceList>

const hangingOn = <T extends z.ZodType>(item: T) => z.object({ total: z.int(), items: z.array(item) })
/** How many there are, and the first of them. */
export interface HangingOn<T> {
  total: number
  items: T[]
}

/** What hangs on a principal and works no more without it. */
export const Dependents = z.object({
  /** Roles at scopes. */
  grants: hangingOn(z.object({ id: z.guid(), role: z.string(), scope: z.string() })),
  appRoles: hangingOn(z.object({ id: z.guid(), role: z.string(), audience: z.string() })),
  /** What it may read in vaults: every secret of one (`secret` is null, `secrets` how many), or one alone. */
  secrets: hangingOn(z.object({ vault: z.string(), secret: z.string().nullable(), secrets: z.int() })),
  /** Issuers elsewhere whose tokens are taken for it. */
  federations: hangingOn(z.object({ id: z.guid(), name: z.string(), issuer: z.string(), subject: z.string() })),
  /** Secrets that it authenticates with; an application alone has any. */
  clientSecrets: z.int(),
})
export type Dependents = z.infer<typeof Dependents>

/** What an act on an identity would reach, and what it is used for. Counts are of tokens that were issued. */
export const BlastRadius = z.object({
  principalId: ObjectId,
  name: z.string(),
  instances: hangingOn(z.object({ id: InstanceId, name: z.string() })),
  /** Of these instances. */
  agents: z.object({ total: z.int(), connected: z.int() }),
  /** Certificates that are accepted now. */
  credentials: z.int(),
  ...Dependents.shape,
  lastUsedAt: Instant.nullable(),
  /** In the last 24 hours, the most used first. */
  day: z.array(z.object({ audience: z.string(), tokens: z.int(), lastAt: Instant })),
  /** On this and the six days of UTC before it. */
  week: z.array(z.object({ audience: z.string(), tokens: z.int() })),
  /** Tokens that are out and have not expired; resources that do not ask back accept them until then. */
  live: z.object({
    tokens: z.int(),
    until: Instant.nullable(),
    audiences: z.array(z.object({ audience: z.string(), tokens: z.int(), until: Instant })),
  }),
})
export type BlastRadius = z.infer<typeof BlastRadius>

const instanceParams = z.object({ instanceId: InstanceId })
const principalParams = z.object({ principalId: ObjectId })

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
    query: PageQuery.extend({ filter: FilterText, sort }),
    response: InstanceList,
  }),
  facets: route({
    method: 'GET',
    path: '/instances/facets',
    summary: 'How many service instances have each value that the filter offers',
    access: 'instances.read',
    response: InstanceFacets,
  }),
  ...exportsOf('/instances', 'instances', sort),
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
    body: z.strictObject({ enabled: z.boolean(), reason: Reason }),
    response: InstanceDetail.extend(Told.shape),
    ifMatch: true,
  }),
  pause: route({
    method: 'POST',
    path: '/identities/:principalId/pause',
    summary: 'Refuse tokens at once and keep everything else; repeating it changes nothing',
    access: 'identities.write',
    params: principalParams,
    body: z.strictObject({ reason: Reason }),
    response: InstanceDetail.extend(Told.shape),
    ifMatch: true,
  }),
  resume: route({
    method: 'POST',
    path: '/identities/:principalId/resume',
    summary: 'Give out tokens again after a pause',
    access: 'identities.write',
    params: principalParams,
    body: z.strictObject({ reason: Reason }),
    response: InstanceDetail,
    ifMatch: true,
  }),
  restore: route({
    method: 'POST',
    path: '/identities/:principalId/restore',
    summary: 'Bring back a principal that was turned off within 30 days, under the same IDs',
    access: 'identities.write',
    params: principalParams,
    body: z.strictObject({ reason: Reason }),
    response: InstanceDetail,
    ifMatch: true,
  }),
  blastRadius: route({
    method: 'GET',
    path: '/identities/:principalId/blast-radius',
    summary: 'What depends on an identity',
    access: 'instances.read',
    params: principalParams,
    response: BlastRadius,
  }),
  tag: route({
    method: 'POST',
    path: '/instances/:instanceId/tags',
    summary: 'Set and unset tags',
    access: 'instances.write',
    params: instanceParams,
    body: TagChange,
    response: InstanceDetail,
    ifMatch: true,
  }),
  remove: route({
    method: 'DELETE',
    path: '/instances/:instanceId',
    summary: 'Delete a service instance whose identity is off, or turn it off with it; needs a fresh confirmation',
    access: 'instances.write',
    params: instanceParams,
    body: z.strictObject({ turnOff: z.boolean().default(false), reason: Reason }),
    response: z.object({ propagation: Propagation }),
    ifMatch: true,
  }),
  tokens: route({
    method: 'GET',
    path: '/instances/:instanceId/tokens',
    summary: 'Token requests of the identity of one instance, newest first',
    access: 'instances.read',
    params: instanceParams,
    query: TokenPageQuery,
    response: pageOf(TokenRequest),
  }),
  tokenHistogram: route({
    method: 'GET',
    path: '/instances/:instanceId/tokens/histogram',
    summary: 'Token requests of the identity of one instance over time',
    access: 'instances.read',
    params: instanceParams,
    query: TokenHistogramQuery,
    response: TokenHistogram,
  }),
}
