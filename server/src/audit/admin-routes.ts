import type { auditApi } from '@signet/shared/api/audit'
import { auditFields } from '@signet/shared/query/audit-fields'
import type { Handlers } from '../platform/http/contract-router.ts'
import { requireTerms } from '../platform/query-text.ts'
import type { RequestContext } from '../platform/request-context.ts'
import type { AuditExports } from './audit-export.ts'
import type { AuditLog, AuditQuery } from './audit-log.ts'

/** @param requireStepUp throws unless the operator confirmed that it is them within the last minutes (SEC-22) */
export function auditHandlers(parts: {
  audit: AuditLog
  exports: AuditExports
  requireStepUp: (context: RequestContext) => Promise<void>
}): Handlers<typeof auditApi> {
  const { audit } = parts
  return {
    list: ({ query }) => audit.page(asked(query), query),
    count: ({ query }) => audit.count(asked(query)),
    histogram: ({ query }) => audit.histogram(asked(query)),
    export: async ({ query }, context) => {
      await parts.requireStepUp(context)
      return parts.exports.open(context, query)
    },
    show: ({ params }) => audit.require(params.eventId),
  }
}

function asked(query: { filter?: string | undefined; from?: number | undefined; to?: number | undefined }): AuditQuery {
  return { terms: requireTerms(query.filter, auditFields), from: query.from, to: query.to }
}
