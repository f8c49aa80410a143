import { type BulkKind, type BulkList, type bulkApi, bulkPermission } from '@signet/shared/api/bulk'
import type { Propagation, PropagationState } from '@signet/shared/api/revocations'
import type { Permission } from '@signet/shared/vocabulary/permissions'
import type { Handlers } from '../platform/http/contract-router.ts'
import type { RequestContext } from '../platform/request-context.ts'
import type { Bulk } from './bulk.ts'

interface BulkNeighbours {
  /** Throws unless whoever asks has it: what a job needs depends on its list and kind. */
  readonly requirePermission: (context: RequestContext, permission: Permission) => void
  /** Throws unless the operator confirmed that it is them within the last minutes; deleting needs it (SEC-22). */
  readonly requireStepUp: (context: RequestContext) => Promise<void>
  /** How many are told of what the job has stopped by now. */
  readonly told: (which: { correlationId: string }) => Promise<Propagation>
  readonly propagation: (which: { correlationId: string }) => Promise<PropagationState | null>
}

export function bulkHandlers({ jobs, previewer }: Bulk, neighbours: BulkNeighbours): Handlers<typeof bulkApi> {
  const allow = (context: RequestContext, list: BulkList, kind: BulkKind | null) => {
    if (kind !== null) neighbours.requirePermission(context, bulkPermission(list, kind))
  }
  /** As the first `allow`, and what the act itself asks for where it stands alone. */
  const admit = async (context: RequestContext, list: BulkList, kind: BulkKind | null) => {
    allow(context, list, kind)
    if (kind === 'delete') await neighbours.requireStepUp(context)
  }
  return {
    preview: ({ body }, context) => {
      allow(context, body.list, body.kind)
      return previewer.preview(body)
    },
    start: async ({ body }, context) => {
      await admit(context, body.list, body.kind)
      return jobs.start(context, body)
    },
    list: ({ query }) => jobs.page({ ...query, open: query.open === 'true' }),
    show: async ({ params }) => {
      const job = await jobs.show(params.jobId)
      return { ...job, propagation: await neighbours.told(job) }
    },
    propagation: async ({ params }) => ({
      propagation: await neighbours.propagation(await jobs.show(params.jobId)),
    }),
    items: ({ params, query }) => jobs.items(params.jobId, query),
    export: ({ params, query }, context) => jobs.export(context, params.jobId, query.format),
    pause: ({ params, body }, context) => jobs.pause(context, params.jobId, body.reason),
    resume: async ({ params, body }, context) => {
      const { list, kind } = await jobs.kindsOf(params.jobId)
      await admit(context, list, kind)
      return jobs.resume(context, params.jobId, body.reason)
    },
    cancel: ({ params, body }, context) => jobs.cancel(context, params.jobId, body.reason),
    retry: async ({ params, body }, context) => {
      const { list, kind } = await jobs.kindsOf(params.jobId)
      await admit(context, list, kind)
      return jobs.retry(context, params.jobId, body.reason)
    },
    undo: async ({ params, body }, context) => {
      const { list, inverse } = await jobs.kindsOf(params.jobId)
      await admit(context, list, inverse)
      return jobs.undo(context, params.jobId, body.reason)
    },
  }
}
