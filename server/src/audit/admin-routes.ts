import type { auditApi } from '@signet/shared/api/audit'
import type { Handlers } from '../platform/http/contract-router.ts'
import type { AuditLog } from './audit-log.ts'

export function auditHandlers(audit: AuditLog): Handlers<typeof auditApi> {
  return { list: ({ query }) => audit.page(query) }
}
