import { z } from 'zod'
import { ClientId, InstanceId, ObjectId } from '../vocabulary/identifiers.ts'
import { dayMs, Instant } from '../vocabulary/time.ts'
import { ApplicationState } from './applications.ts'
import { route } from './contract.ts'
import { exportsOf, FilterText, listOf, sortingOf, ValueCounts } from './lists.ts'
import { PageQuery } from './paging.ts'

/** Counters and hosts are kept for 13 months; a day is one in UTC. */
export const usageKeptDays = 400
/** What a line of the list shows of the past. */
export const usageShownDays = 90

export const PrincipalKind = z.enum(['system', 'user', 'app'])
export type PrincipalKind = z.infer<typeof PrincipalKind>

/** Whose use it is; a system-assigned identity belongs to an instance. */
export const UsingPrincipal = z.object({
  principalId: ObjectId,
  name: z.string(),
  kind: PrincipalKind,
  state: ApplicationState,
  instanceId: InstanceId.nullable(),
})
export type UsingPrincipal = z.infer<typeof UsingPrincipal>

/** One principal, and what it did in the last 90 days. */
export const UsageSummary = UsingPrincipal.extend({
  clientId: ClientId,
  createdAt: Instant,
  lastToken: z.object({ at: Instant, audience: z.string() }).nullable(),
  /** When it last got a token from a host that it had not used before; null: never, as far as that is kept. */
  newHostAt: Instant.nullable(),
  audiences: z.int(),
  /** Instances that it was used on, as far as the requests tell. */
  instances: z.int(),
  tokens: z.int(),
  refused: z.int(),
  /** Tokens of each of the last 90 days, the oldest first; the last one is not over. */
  days: z.array(z.int()),
})
export type UsageSummary = z.infer<typeof UsageSummary>

export const UsageSort = sortingOf(['last-token', 'name', 'new-host'])
export type UsageSort = z.infer<typeof UsageSort>
const sort = UsageSort.default('-last-token')

export const UsageList = listOf(UsageSummary)
export type UsageList = z.infer<typeof UsageList>

export const UsageFacets = z.object({ kind: ValueCounts, state: ValueCounts })
export type UsageFacets = z.infer<typeof UsageFacets>

/**
 * What tokens were got for: an instance; an agent, where it serves several instances with the identity and the request does
 * not tell them apart; a federated credential. `name` is null for what is gone.
 */
export const UsagePlace = z.object({
  kind: z.enum(['instance', 'agent', 'federated']),
  id: z.string(),
  name: z.string().nullable(),
})
export type UsagePlace = z.infer<typeof UsagePlace>

/** What was counted of one principal, audience and place within a range of days. */
export const UsageCell = z.object({
  principal: UsingPrincipal.nullable(),
  /** Null for requests that were refused before anybody had proved who they are. */
  audience: z.string().nullable(),
  /** Null where nothing tells: an application with a secret or certificate of its own. */
  place: UsagePlace.nullable(),
  tokens: z.int(),
  refused: z.int(),
  firstAt: Instant,
  lastAt: Instant,
})
export type UsageCell = z.infer<typeof UsageCell>

/**
 * From where tokens were got: an agent, a network address (IPv6 by its /64 network), a federated credential. `more` stands for
 * every address beyond the first hundred, which are not kept apart.
 */
export const UsedHost = z.object({
  kind: z.enum(['agent', 'address', 'federated', 'more']),
  id: z.string(),
  name: z.string().nullable(),
  firstAt: Instant,
  /** Correct to the hour. */
  lastAt: Instant,
})
export type UsedHost = z.infer<typeof UsedHost>

export const UsageDetail = z.object({
  /** The first day (its beginning), and the end of the last one. */
  from: Instant,
  to: Instant,
  days: z.array(z.object({ at: Instant, tokens: z.int(), refused: z.int() })),
  /** Those with the most tokens; `moreCells` are left out. */
  cells: z.array(UsageCell),
  moreCells: z.int(),
  /** The last used first, of all that is kept whatever the range; `moreHosts` are left out. Of a principal only. */
  hosts: z.array(UsedHost),
  moreHosts: z.int(),
})
export type UsageDetail = z.infer<typeof UsageDetail>

/** Whole days of UTC from the day of `from` to the day of `to`; by default the last 90 days. */
export const UsageRange = z
  .object({ from: z.coerce.number().int().min(0).optional(), to: z.coerce.number().int().min(0).optional() })
  .refine(({ from, to }) => from === undefined || to === undefined || from <= to, 'from must not be after to')
  .refine(
    ({ from, to }) => from === undefined || to === undefined || to - from <= (usageKeptDays + 1) * dayMs,
    'no more than 400 days',
  )

const principalParams = z.object({ principalId: ObjectId })

export const usageApi = {
  list: route({
    method: 'GET',
    path: '/usage',
    summary: 'Identities and applications by when and where they were used, sorted',
    access: 'instances.read',
    query: PageQuery.extend({ filter: FilterText, sort }),
    response: UsageList,
  }),
  facets: route({
    method: 'GET',
    path: '/usage/facets',
    summary: 'How many principals have each value that the filter offers',
    access: 'instances.read',
    response: UsageFacets,
  }),
  ...exportsOf('/usage', 'principals by their use', sort),
  ofPrincipal: route({
    method: 'GET',
    path: '/usage/principals/:principalId',
    summary: 'What one identity or application got tokens for: by day, audience and instance, and from which hosts',
    access: 'instances.read',
    params: principalParams,
    query: UsageRange,
    response: UsageDetail,
  }),
  ofInstance: route({
    method: 'GET',
    path: '/usage/instances/:instanceId',
    summary: 'Which identities got tokens for what on one instance, by day',
    access: 'instances.read',
    params: z.object({ instanceId: InstanceId }),
    query: UsageRange,
    response: UsageDetail,
  }),
}
