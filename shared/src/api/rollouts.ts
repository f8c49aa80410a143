import { z } from 'zod'
import { longestQuery } from '../query/query.ts'
import { AgentId, DrillId, InstanceId, ObjectId, RolloutId, RunId, SlotId } from '../vocabulary/identifiers.ts'
import { RolloutAct, RolloutStage, RolloutState } from '../vocabulary/rollout-states.ts'
import { Instant } from '../vocabulary/time.ts'
import { Actor } from './actor.ts'
import { route } from './contract.ts'
import { NamedIds } from './lists.ts'
import { PageQuery, pageOf } from './paging.ts'
import { Reason } from './resources.ts'

/**
 * Things of a list by their IDs, or all that a filter text matches when the rollout starts; exactly one of the two. Of an
 * instance it is every credential that it holds; `identities` are principal IDs, and filter the user-assigned ones.
 */
export const RolloutSelection = z
  .strictObject({
    list: z.enum(['instances', 'identities']),
    ids: NamedIds.optional(),
    q: z.string().trim().max(longestQuery).optional(),
  })
  .refine(({ ids, q }) => (ids === undefined) !== (q === undefined), 'give either ids or q')
export type RolloutSelection = z.infer<typeof RolloutSelection>

/** How a rollout goes about it. */
export const RolloutPlan = z.strictObject({
  /** How many credentials rotate at once. */
  waveSize: z.int().min(1).max(10_000),
  /** Between the end of one wave and the beginning of the next. */
  pauseSeconds: z.int().min(0).max(86_400).default(0),
  /** It halts as soon as more than this many have failed. */
  mostFailed: z.int().min(0).max(1_000_000).nullable().default(null),
  /** It halts as soon as more than this share of all has failed. Without either limit, the first failure halts it. */
  mostFailedShare: z.number().min(0).max(1).nullable().default(null),
  /** One that is not in use this long after its agent was asked has failed. */
  itemSeconds: z.int().min(10).max(86_400).default(300),
})
export type RolloutPlan = z.infer<typeof RolloutPlan>

export const RolloutWish = z.strictObject({
  act: RolloutAct.default('rotate'),
  selection: RolloutSelection,
  plan: RolloutPlan,
  reason: Reason,
})
export type RolloutWish = z.infer<typeof RolloutWish>

/** What starts one. Whoever revokes says why. */
export const RolloutOrder = RolloutWish.refine(
  ({ act, reason }) => act !== 'emergency' || (reason ?? '') !== '',
  'an emergency needs a reason',
)

/** Credentials of a selection that stay as they are, and why. */
export const RolloutSkips = z.object({
  reason: z.string(),
  count: z.int(),
  /** Names of the first ones. */
  examples: z.array(z.string()),
})
export type RolloutSkips = z.infer<typeof RolloutSkips>

/** What depends on the credentials that an emergency would revoke. */
export const RolloutBlast = z.object({
  /** Where they are held; an agent whose instances are several counts as one. */
  instances: z.int(),
  /** Tokens of their identities that are out; resources that do not ask back accept them until the last has ended. */
  live: z.object({ tokens: z.int(), until: Instant.nullable() }),
  /** When one of the identities last got a token; null when none ever did, as far as the token log reaches. */
  lastUsedAt: Instant.nullable(),
})
export type RolloutBlast = z.infer<typeof RolloutBlast>

/** A dry run. */
export const RolloutPreview = z.object({
  /** Credentials that it would be about, and the identities and agents they belong to. */
  credentials: z.int(),
  identities: z.int(),
  agents: z.int(),
  waves: z.int(),
  /** Agents that are not connected now: what they hold would fail, unless they come back in time. */
  offline: z.int(),
  /** More failures than this halt it. */
  haltsAfter: z.int(),
  /** All pauses together; what the waves themselves take depends on the agents. */
  pausesSeconds: z.int(),
  skipped: z.array(RolloutSkips),
  /** Null for what revokes nothing. */
  blast: RolloutBlast.nullable(),
})
export type RolloutPreview = z.infer<typeof RolloutPreview>

/** How many credentials stand at each stage; stages that nothing is at are left out. */
export const StageCounts = z.partialRecord(RolloutStage, z.int())
export type StageCounts = z.infer<typeof StageCounts>

export const RolloutWave = z.object({ wave: z.int(), counts: StageCounts })
export type RolloutWave = z.infer<typeof RolloutWave>

/** The same act on many credentials, in waves. */
export const Rollout = z.object({
  id: RolloutId,
  act: RolloutAct,
  state: RolloutState,
  selection: z.object({ list: z.enum(['instances', 'identities']), q: z.string().nullable() }),
  plan: RolloutPlan,
  reason: z.string().nullable(),
  actor: Actor,
  correlationId: z.string(),
  /** Credentials it is about, those that were skipped left out. */
  total: z.int(),
  /** The wave under way or the last that was, from 1; 0 before the first. */
  wave: z.int(),
  waves: z.int(),
  /** When the next wave opens; null when it is under way, or nobody knows. */
  nextWaveAt: Instant.nullable(),
  /** More failures than this, since it was last resumed, halt it. */
  haltsAfter: z.int(),
  /** Why it halted; null while it has not. */
  haltReason: z.string().nullable(),
  counts: StageCounts,
  /** Credentials that can be put back now: in use, and the old one still within its overlap. */
  reversible: z.int(),
  startedAt: Instant,
  endedAt: Instant.nullable(),
})
export type Rollout = z.infer<typeof Rollout>

export const RolloutDetail = Rollout.extend({ byWave: z.array(RolloutWave) })
export type RolloutDetail = z.infer<typeof RolloutDetail>

/** One credential of a rollout. */
export const RolloutItem = z.object({
  position: z.int(),
  /** 0 for what was skipped from the beginning. */
  wave: z.int(),
  stage: RolloutStage,
  name: z.string(),
  principalId: ObjectId.nullable(),
  slotId: SlotId.nullable(),
  /** The newest rotation it led to. */
  runId: RunId.nullable(),
  /** The rehearsal it led to. */
  drillId: DrillId.nullable(),
  instance: z.object({ id: InstanceId, name: z.string() }).nullable(),
  agent: z.object({ id: AgentId, connected: z.boolean(), lastSeenAt: Instant.nullable() }).nullable(),
  errorCode: z.string().nullable(),
  detail: z.string().nullable(),
  askedAt: Instant.nullable(),
  /** Not in use until then, it has failed. Null unless that is still open. */
  deadlineAt: Instant.nullable(),
})
export type RolloutItem = z.infer<typeof RolloutItem>

const params = z.object({ rolloutId: RolloutId })
const command = (path: string, summary: string) =>
  route({
    method: 'POST',
    path: `/rollouts/:rolloutId/${path}`,
    summary,
    access: 'rotations.write',
    params,
    body: z.strictObject({ reason: Reason }),
    response: RolloutDetail,
  })

export const rolloutsApi = {
  preview: route({
    method: 'POST',
    path: '/rollouts/preview',
    summary: 'What a rollout would reach, in numbers; changes nothing',
    access: 'rotations.write',
    body: RolloutWish,
    response: RolloutPreview,
    question: true,
  }),
  start: route({
    method: 'POST',
    path: '/rollouts',
    summary:
      'Rotate, revoke and rotate, or rehearse many credentials in waves. An emergency needs a fresh confirmation',
    access: 'rotations.write',
    body: RolloutOrder,
    response: RolloutDetail,
    status: 201,
  }),
  list: route({
    method: 'GET',
    path: '/rollouts',
    summary: 'Rollouts, newest first',
    access: 'rotations.read',
    query: PageQuery.extend({ open: z.enum(['true']).optional() }),
    response: pageOf(Rollout),
  }),
  show: route({
    method: 'GET',
    path: '/rollouts/:rolloutId',
    summary: 'One rollout, wave by wave',
    access: 'rotations.read',
    params,
    response: RolloutDetail,
  }),
  items: route({
    method: 'GET',
    path: '/rollouts/:rolloutId/items',
    summary: 'The credentials a rollout is about, in their order',
    access: 'rotations.read',
    params,
    query: PageQuery.extend({
      wave: z.coerce.number().int().min(0).max(1_000_000).optional(),
      stage: RolloutStage.optional(),
    }),
    response: pageOf(RolloutItem),
  }),
  pause: command('pause', 'Open no further wave; the one under way goes on'),
  resume: route({
    method: 'POST',
    path: '/rollouts/:rolloutId/resume',
    summary: 'Go on with a paused or halted rollout',
    access: 'rotations.write',
    params,
    /** `retry`: what has failed or was rolled back takes its turn again; else it is left as it is. */
    body: z.strictObject({ reason: Reason, retry: z.boolean().default(false) }),
    response: RolloutDetail,
  }),
  cancel: command('cancel', 'Leave the rest undone; the wave under way goes on'),
  rollBack: route({
    method: 'POST',
    path: '/rollouts/:rolloutId/rollback',
    summary: 'Put the old credentials back where they are still within their overlap; a running rollout is paused',
    access: 'rotations.write',
    params,
    /** `wave`: this one only. */
    body: z.strictObject({ reason: Reason, wave: z.int().min(1).optional() }),
    response: RolloutDetail,
  }),
}
