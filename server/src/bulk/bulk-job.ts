import type { Job } from '@signet/shared/api/bulk'
import { TagChange } from '@signet/shared/api/resources'
import { ActorKind } from '@signet/shared/vocabulary/audit-events'
import { JobId, ObjectId } from '@signet/shared/vocabulary/identifiers'
import type { RequestContext } from '../platform/request-context.ts'
import { kindFacts } from './bulk-kinds.ts'
import type { JobRow } from './bulk-store.ts'
import type { BulkAct } from './bulk-things.ts'

/** What a job does to each of its things. */
export function actOf(job: JobRow): BulkAct {
  return {
    kind: job.kind,
    tags: job.tags === null ? null : TagChange.parse(JSON.parse(job.tags)),
    identity: job.identity_id === null ? null : ObjectId.parse(job.identity_id),
    reason: job.reason ?? undefined,
  }
}

/** Every item is done in the name of whoever started the job, under the job's correlation ID. */
export function contextOf(job: JobRow): RequestContext {
  return {
    actor: { kind: ActorKind.parse(job.actor_kind), id: job.actor_id, label: job.actor_label },
    correlationId: job.correlation_id,
    ip: job.actor_ip,
  }
}

/** A job as the dashboard sees it. @param names of user-assigned identities that jobs name, by ID */
export function toJob(job: JobRow, undoneBy: string | undefined, names: ReadonlyMap<string, string>): Job {
  const done = job.changed + job.already + job.refused + job.failed
  const canUndo = job.finished_at !== null && job.changed > 0 && undoneBy === undefined
  const { tags, identity } = actOf(job)
  const { inverse, perSecond } = kindFacts(job.list, job.kind)
  return {
    id: JobId.parse(job.id),
    list: job.list,
    kind: job.kind,
    state: job.state,
    q: job.q,
    tags,
    identity: identity && { principalId: identity, name: names.get(identity) ?? null },
    reason: job.reason,
    actor: { kind: ActorKind.parse(job.actor_kind), id: job.actor_id, label: job.actor_label },
    correlationId: job.correlation_id,
    total: job.total,
    waiting: job.total - done,
    changed: job.changed,
    already: job.already,
    refused: job.refused,
    failed: job.failed,
    perSecond,
    startedAt: job.created_at,
    finishedAt: job.finished_at,
    undo: canUndo ? inverse : null,
    undoOf: job.undo_of === null ? null : JobId.parse(job.undo_of),
    undoneBy: undoneBy === undefined ? null : JobId.parse(undoneBy),
  }
}
