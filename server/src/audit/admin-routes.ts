import type { auditApi } from '@signet/shared/api/audit'
import { auditFields } from '@signet/shared/query/audit-fields'
import type { Handlers } from '../platform/http/contract-router.ts'
import { requireTerms } from '../platform/query-text.ts'
import type { AuditLog, AuditQuery } from './audit-log.ts'

export function auditHandlers(audit: AuditLog): Handlers<typeof auditApi> {
  return {
    list: ({ query }) => audit.page(asked(query), query),
    count: ({ query }) => audit.count(asked(query)),
    histogram: ({ query }) => audit.histogram(asked(query)),
    show: ({ params }) => audit.require(params.eventId),
  }
}

function asked(query: { filter?: string | undefined; from?: number | undefined; to?: number | undefined }): AuditQuery {
  return { terms: requireTerms(query.filter, auditFields), from: query.from, to: query.to }
}
