import { z } from 'zod'
import { JobId, ObjectId } from '../vocabulary/identifiers.ts'
import { JobItemState, JobState } from '../vocabulary/job-states.ts'
import type { Permission } from '../vocabulary/permissions.ts'
import { Instant } from '../vocabulary/time.ts'
import { Actor } from './actor.ts'
import { route } from './contract.ts'
import { NamedIds } from './lists.ts'
import { ExportFormat, PageQuery, pageOf } from './paging.ts'
import { Reason, TagChange } from './resources.ts'
import { Propagation, PropagationStanding } from './revocations.ts'

/** Lists whose things bulk jobs are about; `identities` are the user-assigned ones. */
export const BulkList = z.enum(['instances', 'identities', 'applications', 'audiences'])
export type BulkList = z.infer<typeof BulkList>

export const BulkKind = z.enum([
  'turn-on',
  'pause',
  'resume',
  'turn-off',
  'restore',
  'tag',
  'attach',
  'detach',
  'delete',
  'enable',
  'disable',
])
export type BulkKind = z.infer<typeof BulkKind>

/** The acts that there are for the things of a list, and what each needs of a role, besides `bulk.write`. */
export const bulkActs: Record<BulkList, Partial<Record<BulkKind, Permission>>> = {
  instances: {
    'turn-on': 'identities.write',
    pause: 'identities.write',
    resume: 'identities.write',
    'turn-off': 'identities.write',
    restore: 'identities.write',
    tag: 'instances.write',
    attach: 'identities.write',
    detach: 'identities.write',
  },
  identities: {
    pause: 'identities.write',
    resume: 'identities.write',
    delete: 'identities.write',
    restore: 'identities.write',
  },
  applications: {
    pause: 'identities.write',
    resume: 'identities.write',
    delete: 'identities.write',
    restore: 'identities.write',
  },
  audiences: { enable: 'audiences.write', disable: 'audiences.write', delete: 'audiences.write' },
}

/** What an act needs of a role; of one that the list does not have, no more than any job. */
export function bulkPermission(list: BulkList, kind: BulkKind): Permission {
  return bulkActs[list][kind] ?? 'bulk.write'
}

/** Things of a list by their IDs, or all that a filter text matches at the time; exactly one of the two. */
export const BulkSelection = z
  .strictObject({
    ids: NamedIds.optional(),
    q: z.string().trim().max(500).optional(),
  })
  .refine(({ ids, q }) => (ids === undefined) !== (q === undefined), 'give either ids or q')
export type BulkSelection = z.infer<typeof BulkSelection>

export const BulkWish = z
  .strictObject({
    list: BulkList,
    kind: BulkKind,
    selection: BulkSelection,
    tags: TagChange.optional(),
    /** The user-assigned identity that instances get or lose. */
    identity: ObjectId.optional(),
    reason: Reason,
  })
  .refine(({ list, kind }) => bulkActs[list][kind] !== undefined, 'there is no such act for the things of this list')
  .refine(({ kind, tags }) => (kind === 'tag') === (tags !== undefined), 'tags belong to the kind tag, and to no other')
  .refine(
    ({ kind, identity }) => (kind === 'attach' || kind === 'detach') === (identity !== undefined),
    'an identity belongs to the kinds attach and detach, and to no other',
  )
export type BulkWish = z.infer<typeof BulkWish>

/** What a job would do to one thing of its list. */
export const PreviewItem = z.object({
  id: z.guid(),
  name: z.string().nullable(),
  verdict: z.enum(['change', 'already', 'refused']),
  /** A token was given out to it, or for it, in the last 24 hours, and what uses it would be refused. */
  risky: z.boolean(),
  reason: z.string().nullable(),
})
export type PreviewItem = z.infer<typeof PreviewItem>

/**
 * A dry run. `risky` counts some of those that `change`; so does `restorable`: they would be turned on as new principals,
 * though their last one can be restored.
 */
export const BulkPreview = z.object({
  total: z.int(),
  change: z.int(),
  already: z.int(),
  refused: z.int(),
  risky: z.int(),
  restorable: z.int(),
  /** The first of each verdict; risky ones first. */
  examples: z.array(PreviewItem),
})
export type BulkPreview = z.infer<typeof BulkPreview>

export const Job = z.object({
  id: JobId,
  list: BulkList,
  kind: BulkKind,
  state: JobState,
  /** The filter text it was started with; null when it was given IDs, or undoes another job. */
  q: z.string().nullable(),
  tags: TagChange.nullable(),
  /** The identity that instances get or lose; its name is null when it was deleted for good. */
  identity: z.object({ principalId: ObjectId, name: z.string().nullable() }).nullable(),
  reason: z.string().nullable(),
  actor: Actor,
  correlationId: z.string(),
  total: z.int(),
  waiting: z.int(),
  changed: z.int(),
  already: z.int(),
  refused: z.int(),
  failed: z.int(),
  /** Items worked off in a second at most. */
  perSecond: z.int(),
  startedAt: Instant,
  finishedAt: Instant.nullable(),
  /** The kind that would undo it; null when it cannot be undone, or was. */
  undo: BulkKind.nullable(),
  undoOf: JobId.nullable(),
  undoneBy: JobId.nullable(),
})
export type Job = z.infer<typeof Job>

export const JobItem = z.object({
  /** Of the thing, in the list of the job. */
  id: z.guid(),
  /** Null when it is gone. */
  name: z.string().nullable(),
  state: JobItemState,
  detail: z.string().nullable(),
  at: Instant.nullable(),
})
export type JobItem = z.infer<typeof JobItem>

const params = z.object({ jobId: JobId })
const command = (path: string, summary: string) =>
  route({
    method: 'POST',
    path: `/jobs/:jobId/${path}`,
    summary,
    access: 'bulk.write',
    params,
    body: z.strictObject({ reason: Reason }),
    response: Job,
  })

export const bulkApi = {
  preview: route({
    method: 'POST',
    path: '/bulk/preview',
    summary: 'What a bulk job would do; changes nothing',
    access: 'bulk.write',
    body: BulkWish,
    response: BulkPreview,
    question: true,
  }),
  start: route({
    method: 'POST',
    path: '/bulk',
    summary: 'Start a bulk job; one that deletes needs a fresh confirmation',
    access: 'bulk.write',
    body: BulkWish,
    response: Job,
    status: 201,
  }),
  list: route({
    method: 'GET',
    path: '/jobs',
    summary: 'Bulk jobs, newest first',
    access: 'instances.read',
    query: PageQuery.extend({ open: z.enum(['true']).optional() }),
    response: pageOf(Job),
  }),
  show: route({
    method: 'GET',
    path: '/jobs/:jobId',
    summary: 'One bulk job',
    access: 'instances.read',
    params,
    response: Job.extend({ propagation: Propagation }),
  }),
  propagation: route({
    method: 'GET',
    path: '/jobs/:jobId/propagation',
    summary: 'How far what a bulk job has stopped has come, as far as nothing was done to it since',
    access: 'instances.read',
    params,
    response: PropagationStanding,
  }),
  items: route({
    method: 'GET',
    path: '/jobs/:jobId/items',
    summary: 'The things a bulk job is about, in their order',
    access: 'instances.read',
    params,
    query: PageQuery.extend({ state: JobItemState.optional() }),
    response: pageOf(JobItem),
  }),
  export: route({
    method: 'GET',
    path: '/jobs/:jobId/export',
    summary: 'The result of a bulk job as a file',
    access: 'instances.read',
    params,
    query: z.object({ format: ExportFormat.default('csv') }),
    download: true,
  }),
  pause: command('pause', 'Pause a job after the item under way'),
  resume: command('resume', 'Go on with a paused job'),
  cancel: command('cancel', 'Leave the rest of a job undone'),
  retry: command('retry', 'Try failed and refused items again'),
  undo: command('undo', 'Start the job that undoes what this one changed'),
}
