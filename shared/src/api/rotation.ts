import { z } from 'zod'
import { longestQuery } from '../query/query.ts'
import { OverlapChoice, RunState, RunTrigger } from '../vocabulary/credential-states.ts'
import { AgentId, CredentialId, InstanceId, ObjectId, RunId, SlotId } from '../vocabulary/identifiers.ts'
import { Instant, QueryInstant } from '../vocabulary/time.ts'
import { Actor } from './actor.ts'
import { route } from './contract.ts'
import { CredentialRecord } from './evidence.ts'
import { ExportFormat, PageQuery, pageOf } from './paging.ts'
import { CredentialSummary } from './principals.ts'

/** What an open rotation waits for, besides the time. */
export const RotationWaiting = z.object({
  /** When the server looks at it again: the agent is told once more, or the overlap ends. */
  nextTryAt: Instant,
  /** Not picked up until then, it fails, and another is planned. Null once the new certificate is in use. */
  givesUpAt: Instant.nullable(),
  /** Rotations of this identity that failed since the last that succeeded. */
  failures: z.int(),
  /** Whose turn it is until the new certificate is in use; null when there is no such agent any more. */
  agent: z.object({ id: AgentId, connected: z.boolean(), lastSeenAt: Instant.nullable() }).nullable(),
  /** What the policy in force rules, in words; null for an identity that is gone. */
  policy: z.string().nullable(),
})
export type RotationWaiting = z.infer<typeof RotationWaiting>

/** One rollover. `to` takes over from `from`; both are accepted between `overlapFrom` and `overlapUntil`. */
export const RotationSummary = z.object({
  id: RunId,
  principalId: ObjectId,
  instance: z.object({ id: InstanceId, name: z.string() }).nullable(),
  /** What the identity was called when the rotation was requested. */
  principalName: z.string(),
  trigger: RunTrigger,
  actor: Actor,
  state: RunState,
  from: CredentialSummary.nullable(),
  to: CredentialSummary.nullable(),
  requestedAt: Instant,
  preparedAt: Instant.nullable(),
  activatedAt: Instant.nullable(),
  finishedAt: Instant.nullable(),
  overlapFrom: Instant.nullable(),
  overlapUntil: Instant.nullable(),
  attempts: z.int(),
  errorCode: z.string().nullable(),
  errorDetail: z.string().nullable(),
  /** Null once it has ended. */
  waiting: RotationWaiting.nullable(),
  /** Who looked at it first, of those who said so. */
  reviewed: z.object({ at: Instant, by: Actor }).nullable(),
})
export type RotationSummary = z.infer<typeof RotationSummary>

/** One step that was taken or tried, in order. */
export const RotationAttempt = z.object({
  id: z.guid(),
  attempt: z.int(),
  fromState: RunState.nullable(),
  toState: RunState.nullable(),
  outcome: z.enum(['ok', 'error', 'lost_lease']),
  actor: Actor,
  startedAt: Instant,
  endedAt: Instant,
  errorCode: z.string().nullable(),
  detail: z.string().nullable(),
})
export type RotationAttempt = z.infer<typeof RotationAttempt>

/** One identity over time. */
export const RotationLane = z.object({
  slotId: SlotId,
  principalId: ObjectId,
  principalName: z.string(),
  instance: z.object({ id: InstanceId, name: z.string() }).nullable(),
  /** Oldest first; the latest 40 where there are more. */
  credentials: z.array(CredentialSummary),
  nextRotationAt: Instant.nullable(),
  isOverdue: z.boolean(),
  /** Rotations that failed since the last that succeeded. */
  failures: z.int(),
  openRun: z.object({ id: RunId, state: RunState }).nullable(),
  /** What the policy in force rules, in words. */
  policy: z.string(),
})
export type RotationLane = z.infer<typeof RotationLane>

/** `day` is midnight UTC. */
export const RotationDay = z.object({ day: Instant, done: z.int(), planned: z.int() })
export type RotationDay = z.infer<typeof RotationDay>

/** The first token that was given out for the new certificate, as the token log has it. */
export const FirstToken = z.object({
  at: Instant,
  audience: z.string(),
  /** The `uti` claim of the token. */
  uti: z.string(),
  correlationId: z.string(),
})
export type FirstToken = z.infer<typeof FirstToken>

export const RotationDetail = RotationSummary.extend({
  from: CredentialRecord.nullable(),
  to: CredentialRecord.nullable(),
  steps: z.array(RotationAttempt),
  /** Null while there is none, and once the token log has forgotten it. */
  firstToken: FirstToken.nullable(),
})
export type RotationDetail = z.infer<typeof RotationDetail>

const range = { from: QueryInstant, to: QueryInstant }
const isForward = ({ from, to }: { from: number; to: number }) => from < to
const backwards = { message: 'the end of the range lies before its beginning', path: ['to'] }

/** Which rotations: what the filter describes, requested from `from` (included) to `to` (not). */
const HistoryQuery = z.object({
  filter: z.string().max(longestQuery).optional(),
  from: QueryInstant.optional(),
  to: QueryInstant.optional(),
})

/** As many as one page of a list has. */
export const mostReviewed = 50

export const rotationApi = {
  list: route({
    method: 'GET',
    path: '/rotations',
    summary: 'History of rotations, newest first',
    access: 'rotations.read',
    query: PageQuery.extend(HistoryQuery.shape),
    response: pageOf(RotationSummary),
  }),
  export: route({
    method: 'GET',
    path: '/rotations/export',
    summary: 'Matching rotations as a file, newest first; the export is audited',
    access: 'rotations.read',
    query: HistoryQuery.extend({ format: ExportFormat }),
    download: true,
  }),
  timeline: route({
    method: 'GET',
    path: '/rotations/timeline',
    summary: 'Certificates of each identity within a range, and its next rotation; the soonest due first',
    access: 'rotations.read',
    query: PageQuery.extend({ instance: z.string().trim().min(1).max(100).optional(), ...range }).refine(
      isForward,
      backwards,
    ),
    response: pageOf(RotationLane),
  }),
  load: route({
    method: 'GET',
    path: '/rotations/load',
    summary: 'Rotations by day (UTC), whole days, also those that the range only touches: done and planned',
    access: 'rotations.read',
    query: z.object(range).refine(isForward, backwards),
    response: z.object({ days: z.array(RotationDay) }),
  }),
  show: route({
    method: 'GET',
    path: '/rotations/:runId',
    summary: 'One rotation, step by step',
    access: 'rotations.read',
    params: z.object({ runId: RunId }),
    response: RotationDetail,
  }),
  review: route({
    method: 'POST',
    path: '/rotations/reviews',
    summary:
      'Mark rotations that have ended as reviewed; those that are under way, or were reviewed before, stay as they are',
    access: 'rotations.review',
    body: z.strictObject({
      runIds: z.array(RunId).min(1).max(mostReviewed),
      reason: z.string().trim().max(200).optional(),
    }),
    response: z.object({ reviewed: z.int() }),
  }),
  certificate: route({
    method: 'GET',
    path: '/identities/:principalId/credentials/:credentialId/certificate',
    summary: 'One certificate as a PEM file; it is public, its key is not here',
    access: 'rotations.read',
    params: z.object({ principalId: ObjectId, credentialId: CredentialId }),
    download: true,
  }),
  rotate: route({
    method: 'POST',
    path: '/identities/:principalId/rotations',
    summary:
      'Rotate now, with an overlap of choice; a rotation that is already under way is returned. Without overlap it needs a fresh confirmation',
    access: 'rotations.write',
    params: z.object({ principalId: ObjectId }),
    body: z.strictObject({ reason: z.string().trim().max(200).optional(), overlap: OverlapChoice.default('policy') }),
    response: RotationSummary,
    status: 201,
  }),
}
