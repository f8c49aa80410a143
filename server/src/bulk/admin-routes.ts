import { type BulkKind, type bulkApi, bulkPermission } from '@signet/shared/api/bulk'
import type { Permission } from '@signet/shared/vocabulary/permissions'
import type { Handlers } from '../platform/http/contract-router.ts'
import type { RequestContext } from '../platform/request-context.ts'
import type { Bulk } from './bulk.ts'

/** @param requirePermission throws unless whoever asks has it: what a job needs depends on its kind */
export function bulkHandlers(
  { jobs, previewer }: Bulk,
  requirePermission: (context: RequestContext, permission: Permission) => void,
): Handlers<typeof bulkApi> {
  const allow = (context: RequestContext, kind: BulkKind | null) => {
    if (kind !== null) requirePermission(context, bulkPermission[kind])
  }
  return {
    preview: ({ body }, context) => {
      allow(context, body.kind)
      return previewer.preview(body)
    },
    start: ({ body }, context) => {
      allow(context, body.kind)
      return jobs.start(context, body)
    },
    list: ({ query }) => jobs.page({ ...query, open: query.open === 'true' }),
    show: ({ params }) => jobs.show(params.jobId),
    items: ({ params, query }) => jobs.items(params.jobId, query),
    export: ({ params, query }, context) => jobs.export(context, params.jobId, query.format),
    pause: ({ params, body }, context) => jobs.pause(context, params.jobId, body.reason),
    resume: async ({ params, body }, context) => {
      allow(context, (await jobs.kindsOf(params.jobId)).kind)
      return jobs.resume(context, params.jobId, body.reason)
    },
    cancel: ({ params, body }, context) => jobs.cancel(context, params.jobId, body.reason),
    retry: async ({ params, body }, context) => {
      allow(context, (await jobs.kindsOf(params.jobId)).kind)
      return jobs.retry(context, params.jobId, body.reason)
    },
    undo: async ({ params, body }, context) => {
      allow(context, (await jobs.kindsOf(params.jobId)).inverse)
      return jobs.undo(context, params.jobId, body.reason)
    },
  }
}
